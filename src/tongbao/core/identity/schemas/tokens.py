"""API shapes of logging in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.infra.auth import Actor


class PasswordGrant(BaseModel):
    """The form of OAuth 2.0's password grant (RFC 6749, 4.3.2); client and scope are not used."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"grant_type": "password", "username": "zhang.wei", "password": "********"}
            ]
        },
    )

    grant_type: Literal["password"] = "password"
    username: Annotated[str, Field(max_length=1_000, description="The log-in name")]
    password: Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})]
    scope: Annotated[str, Field(max_length=1_000, description="Not used")] = ""
    client_id: Annotated[str | None, Field(max_length=1_000, description="Not used")] = None
    client_secret: Annotated[str | None, Field(max_length=1_000, description="Not used")] = None


class TokenOut(BaseModel):
    """A bearer token (RFC 6749, 5.1)."""

    model_config = ConfigDict(
        title="Token",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "access_token": "tb_kEvcJJ0r1bR7sHqE3l3Y8vW2xN5tZ9uA4cD6fG7hJ0k",
                    "token_type": "bearer",
                    "expires_in": 43200,
                    "expires_at": "2025-11-21T20:00:00Z",
                }
            ]
        },
    )

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a type
    expires_in: Annotated[int, Field(description="Seconds from now")]
    expires_at: datetime


class MeOut(BaseModel):
    """Who the bearer of the token is, and what they may do."""

    model_config = ConfigDict(
        title="Me",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "0197c0de-0000-7000-8000-000000000002",
                    "kind": "customer",
                    "login": "zhang.wei",
                    "name": "张伟",
                    "party_ids": ["0197c0de-0000-7000-8000-000000000001"],
                    "permissions": ["accounts:open", "payments:initiate"],
                    "grants": {
                        "0197c0de-0000-7000-8000-000000000001": [
                            "accounts:open",
                            "payments:initiate",
                        ]
                    },
                }
            ]
        },
    )

    id: UUID
    kind: Literal["customer", "staff", "service"]
    login: Annotated[
        str | None, Field(description="By which others invite a user; a client has none")
    ]
    name: str
    party_ids: Annotated[list[UUID], Field(description="The parties a customer acts for")]
    permissions: Annotated[list[str], Field(description="`module:verb`, held anywhere")]
    grants: Annotated[
        dict[UUID, list[str]],
        Field(description="Which of them hold at each party: a maker here may only look there"),
    ]

    @classmethod
    def of(cls, actor: Actor, *, login: str | None) -> "MeOut":
        """Return the shape of an actor."""
        return cls(
            id=actor.id,
            kind=actor.kind,
            login=login,
            name=actor.name,
            party_ids=sorted(actor.party_ids),
            permissions=sorted(actor.permissions),
            grants={each: sorted(actor.grants[each]) for each in sorted(actor.party_ids)},
        )
