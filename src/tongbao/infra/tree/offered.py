"""The public keys that check a tree's checkpoints, as the API offers them."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from tongbao.infra.signing import PublicKey

PublicKeys = Callable[[], Sequence[PublicKey]]
"""Reads the keys that sign and signed checkpoints, the present one first."""


class CheckpointKeyOut(BaseModel):
    """A public key that checks checkpoints, of the ledger and of the audit trail."""

    model_config = ConfigDict(
        extra="forbid",
        title="CheckpointKey",
        json_schema_extra={
            "examples": [
                {
                    "key_id": "21fe31dfa154a261",
                    "algorithm": "Ed25519",
                    "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                }
            ]
        },
    )

    key_id: Annotated[
        str, Field(description="First 16 hexadecimal digits of the SHA-256 of the key's bytes")
    ]
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: Annotated[str, Field(description="32 bytes in base64")]

    @classmethod
    def of(cls, key: PublicKey) -> "CheckpointKeyOut":
        """Return the shape of a key."""
        return cls(key_id=key.id, public_key=b64encode(key.raw).decode())


async def offer(request: Request) -> list[CheckpointKeyOut]:
    """Return what `app.state.checkpoint_keys` reads; empty where nothing was signed yet.

    It is read anew each time: in development the worker makes the key after the API has started.
    """
    read: PublicKeys = request.app.state.checkpoint_keys
    return [CheckpointKeyOut.of(key) for key in await asyncio.to_thread(read)]


OfferedKeys = Annotated[list[CheckpointKeyOut], Depends(offer)]
