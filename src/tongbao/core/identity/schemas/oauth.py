"""API shapes of OAuth 2.0: forms and answers as their RFCs have them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain.oauth import ASSERTION_TYPE

_CLIENT_ID = "0197c0de-0000-7000-8000-00000000000a"

Assertion = Annotated[str | None, Field(description="private_key_jwt (RFC 7523)")]


class _Form(BaseModel):
    """Who asks. Parameters that are not known are ignored (RFC 6749, 3.2)."""

    model_config = ConfigDict(extra="ignore")

    client_id: Annotated[str | None, Field(description="Not needed with Basic")] = None
    client_secret: Annotated[
        str | None,
        Field(description="client_secret_post", json_schema_extra={"format": "password"}),
    ] = None
    client_assertion_type: Annotated[str | None, Field(description=f"`{ASSERTION_TYPE}`")] = None
    client_assertion: Assertion = None


class ClientCredentialsGrant(_Form):
    """The form of the client credentials grant (RFC 6749, 4.4.2)."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"grant_type": "client_credentials", "scope": "payments:initiate"}]
        },
    )

    grant_type: Annotated[str | None, Field(description="`client_credentials`")] = None
    scope: Annotated[
        str | None, Field(description="Words of the client's scopes; left out: all of them")
    ] = None


class TokenForm(_Form):
    """The form of introspection (RFC 7662, 2.1) and revocation (RFC 7009, 2.1)."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"token": "tbc_kEvcJJ0r1bR7sHqE3l3Y8vW2"}]}
    )

    token: str | None = None
    token_type_hint: Annotated[str | None, Field(description="Not needed")] = None


class OAuthTokenOut(BaseModel):
    """A bearer token (RFC 6749, 5.1)."""

    model_config = ConfigDict(
        title="OAuthToken",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "access_token": "tbc_kEvcJJ0r1bR7sHqE3l3Y8vW2xN5tZ9uA4cD6fG7hJ0k",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "scope": "payments:initiate",
                }
            ]
        },
    )

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a type
    expires_in: Annotated[int, Field(description="Seconds from now")]
    scope: str


class OAuthErrorOut(BaseModel):
    """A refusal (RFC 6749, 5.2)."""

    model_config = ConfigDict(
        title="OAuthError",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"error": "invalid_client", "error_description": "client authentication failed"}
            ]
        },
    )

    error: Literal[
        "invalid_request",
        "invalid_client",
        "invalid_scope",
        "unsupported_grant_type",
        "unauthorized_client",
    ]
    error_description: str


class IntrospectionOut(BaseModel):
    """What a token is good for (RFC 7662, 2.2); only `active` when for nothing."""

    model_config = ConfigDict(
        title="Introspection",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "active": True,
                    "scope": "payments:initiate",
                    "client_id": _CLIENT_ID,
                    "sub": _CLIENT_ID,
                    "iss": "https://bank.example",
                    "token_type": "Bearer",
                    "iat": 1763712000,
                    "exp": 1763712600,
                }
            ]
        },
    )

    active: bool
    scope: str | None = None
    client_id: str | None = None
    sub: str | None = None
    iss: str | None = None
    token_type: Literal["Bearer"] | None = None
    iat: int | None = None
    exp: int | None = None


def error_response(description: str) -> dict[str, Any]:
    """Return how the API's description shows an answer that is one of two shapes of error."""
    return {
        "description": description,
        "content": {
            "application/json": {"schema": OAuthErrorOut.model_json_schema()},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }
