"""Address and secrets of a message that waits: AES-256-GCM, bound to the message's id."""

import json
from collections.abc import Mapping
from secrets import token_bytes
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongbao.infra import keys

PURPOSE: Final = "messages"
NONCE_BYTES: Final = 12


def seal(message_id: UUID, values: Mapping[str, str]) -> bytes:
    """Return `values` encrypted; they open for this message only."""
    nonce = token_bytes(NONCE_BYTES)
    plain = json.dumps(dict(values)).encode()
    return nonce + AESGCM(keys.key(PURPOSE)).encrypt(nonce, plain, message_id.bytes)


def unseal(message_id: UUID, sealed: bytes) -> dict[str, str]:
    """Return what was sealed; raises `cryptography.exceptions.InvalidTag` if it is not ours."""
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    values: dict[str, str] = json.loads(
        AESGCM(keys.key(PURPOSE)).decrypt(nonce, text, message_id.bytes)
    )
    return values
