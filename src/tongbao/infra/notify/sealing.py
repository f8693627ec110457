"""Address and secrets of a message that waits: sealed by the installation, bound to its id."""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tongbao.infra import crypto, keys
from tongbao.infra.db import ReadSession

FIELD: Final = "infra_message.sealed"

# How messages were sealed before: with a key from the installation's secret. Some may wait yet
# while an installation is being updated.
_OLD_PURPOSE: Final = "messages"
_OLD_NONCE_BYTES: Final = 12


async def seal(tx: ReadSession, message_id: UUID, values: Mapping[str, str]) -> bytes:
    """Return `values` encrypted; they open for this message only."""
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    return box.seal(json.dumps(dict(values)), field=FIELD, row=message_id)


async def unseal(tx: ReadSession, message_id: UUID, sealed: bytes) -> dict[str, str]:
    """Return what was sealed. Raises `crypto.SealBroken`."""
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    try:
        text = box.open(sealed, field=FIELD, row=message_id)
    except crypto.SealBroken:
        text = _unseal_old(message_id, sealed)
    values: dict[str, str] = json.loads(text)
    return values


def _unseal_old(message_id: UUID, sealed: bytes) -> str:
    nonce, text = sealed[:_OLD_NONCE_BYTES], sealed[_OLD_NONCE_BYTES:]
    for key in keys.every(_OLD_PURPOSE):
        try:
            return AESGCM(key).decrypt(nonce, text, message_id.bytes).decode()
        except (InvalidTag, ValueError):  # ValueError: too short to be anything
            continue
    raise crypto.SealBroken
