"""API shapes of signing keys."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.approvals.domain.approvals import SigningKey
from tongbao.core.approvals.schemas.base import KeyText, Shape, SignatureText


class KeyIn(Shape):
    """A key, and what shows that its private half is at hand."""

    model_config = ConfigDict(
        title="NewSigningKey",
        json_schema_extra={
            "examples": [
                {
                    "name": "财务室签名机",
                    "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                    "signature": "A" * 86 + "==",
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    public_key: KeyText
    signature: Annotated[
        SignatureText,
        Field(description="Over the text `tongbao.approval-key.1 <user id> <public key>`"),
    ]


class KeyOut(Shape):
    """A key one signs with."""

    model_config = ConfigDict(title="SigningKey")

    id: UUID
    name: str
    public_key: str
    fingerprint: Annotated[str, Field(description="SHA-256 of the key as SubjectPublicKeyInfo")]
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: SigningKey) -> "KeyOut":
        """Return the shape of a key."""
        return cls(
            id=key.id,
            name=key.name,
            public_key=b64encode(key.public_key).decode(),
            fingerprint=key.fingerprint,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class KeysOut(Shape):
    """All keys of the caller: there are few."""

    model_config = ConfigDict(title="SigningKeys")

    items: list[KeyOut]
