"""API shapes of partner clients."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict, JsonValue

from tongbao.core.identity.domain.clients import (
    KEYS_MAX,
    NETWORKS_MAX,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    Client,
    ClientKey,
    ClientSecret,
)

JsonList = list[JsonValue]
HOUR = timedelta(hours=1)
_ID = "0197c0de-0000-7000-8000-00000000000a"
_AT = "2025-11-21T08:00:00Z"
_SCOPES: JsonList = ["payments:initiate", "webhooks:manage"]
_JWK: JsonDict = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "2025-11",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
_SECRETS: JsonList = [
    {"id": _ID, "created_at": _AT, "expires_at": "2026-11-21T08:00:00Z"},
]
_CLIENT: JsonDict = {
    "id": _ID,
    "name": "云帆 ERP",
    "party_id": "0197c0de-0000-7000-8000-000000000001",
    "scopes": _SCOPES,
    "networks": ["203.0.113.0/24"],
    "status": "active",
    "created_at": _AT,
    "secrets": _SECRETS,
    "keys": [],
    "misplaced_at": None,
    "misplaced_from": None,
}

Scopes = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(min_length=1, max_length=50, description="`module:verb` words", examples=[_SCOPES]),
]
Networks = Annotated[
    list[Annotated[str, Field(max_length=50)]],
    Field(
        max_length=NETWORKS_MAX,
        description="Where it calls from, with every request; none: anywhere",
        examples=[["203.0.113.0/24", "2001:db8::/48"]],
    ),
]
Jwk = Annotated[
    dict[Annotated[str, Field(max_length=50)], Any],
    Field(max_length=20, description="A public JSON Web Key (RFC 7517) with a `kid`"),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewClient(_Shape):
    """A client to register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "云帆 ERP",
                    "party_id": "0197c0de-0000-7000-8000-000000000001",
                    "scopes": _SCOPES,
                    "networks": ["203.0.113.0/24"],
                    "keys": [],
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=400, examples=["云帆 ERP"])]
    party_id: Annotated[
        UUID | None, Field(description="The party it acts for; null for a system without one")
    ] = None
    scopes: Scopes
    networks: Networks = []
    keys: Annotated[
        list[Jwk],
        Field(max_length=KEYS_MAX, description="Public keys for private_key_jwt; none: a secret"),
    ] = []


class ClientChange(_Shape):
    """What a client may do, and whether anything at all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"status": "disabled", "scopes": _SCOPES}]},
    )

    status: Literal["active", "disabled"]
    scopes: Scopes
    networks: Annotated[
        Networks | None, Field(description="Where it may call from; null: as it is")
    ] = None


class NewSecret(_Shape):
    """A secret to follow the one in use."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]}
    )

    overlap_hours: Annotated[
        int,
        Field(
            ge=0,
            le=OVERLAP_MAX // HOUR,
            description="How long the one in use stays good beside it",
        ),
    ] = OVERLAP_DEFAULT // HOUR


class NewKey(_Shape):
    """A public key to add."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"jwk": _JWK}]})

    jwk: Jwk


class ClientSecretOut(_Shape):
    """A secret that is still good; itself it is shown when it is made and never again."""

    model_config = ConfigDict(
        title="ClientSecret",
        extra="forbid",
        json_schema_extra={"examples": _SECRETS},
    )

    id: UUID
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, secret: ClientSecret) -> "ClientSecretOut":
        """Return the shape of a secret."""
        return cls(id=secret.id, created_at=secret.created_at, expires_at=secret.expires_at)


class ClientKeyOut(_Shape):
    """A public key of a client."""

    model_config = ConfigDict(
        title="ClientKey",
        extra="forbid",
        json_schema_extra={"examples": [{"kid": "2025-11", "jwk": _JWK, "created_at": _AT}]},
    )

    kid: str
    jwk: dict[str, str]
    created_at: datetime

    @classmethod
    def of(cls, key: ClientKey) -> "ClientKeyOut":
        """Return the shape of a key."""
        return cls(kid=key.kid, jwk=dict(key.jwk), created_at=key.created_at)


class ClientOut(_Shape):
    """A registered client; its `id` is its OAuth `client_id`."""

    model_config = ConfigDict(
        title="Client", extra="forbid", json_schema_extra={"examples": [_CLIENT]}
    )

    id: UUID
    name: str
    party_id: UUID | None
    scopes: list[str]
    networks: list[str]
    status: Literal["active", "disabled"]
    created_at: datetime
    secrets: list[ClientSecretOut]
    keys: list[ClientKeyOut]
    misplaced_at: Annotated[
        datetime | None, Field(description="When a token was last shown outside the networks")
    ]
    misplaced_from: Annotated[str | None, Field(description="And from which address")]

    @classmethod
    def of(cls, client: Client) -> "ClientOut":
        """Return the shape of a client."""
        return cls(
            id=client.id,
            name=client.name,
            party_id=client.party_id,
            scopes=sorted(client.scopes),
            networks=list(client.networks),
            status=client.status.value,
            created_at=client.created_at,
            secrets=[ClientSecretOut.of(secret) for secret in client.secrets],
            keys=[ClientKeyOut.of(key) for key in client.keys],
            misplaced_at=client.misplaced_at,
            misplaced_from=client.misplaced_from,
        )


class RegisteredClientOut(_Shape):
    """A client just registered, with its secret where it has no public keys."""

    model_config = ConfigDict(
        title="RegisteredClient",
        extra="forbid",
        json_schema_extra={"examples": [{"client": _CLIENT, "secret": "tbs_…"}]},
    )

    client: ClientOut
    secret: Annotated[str | None, Field(description="Shown this once")]


class IssuedSecretOut(_Shape):
    """A secret just made."""

    model_config = ConfigDict(
        title="IssuedSecret",
        extra="forbid",
        json_schema_extra={
            "examples": [{"id": _ID, "secret": "tbs_…", "expires_at": "2026-11-21T08:00:00Z"}]
        },
    )

    id: UUID
    secret: Annotated[str, Field(description="Shown this once")]
    expires_at: datetime
