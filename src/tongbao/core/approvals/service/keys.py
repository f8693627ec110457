"""Ed25519 keys that users sign with, registered by whoever shows the private half."""

from base64 import b64encode
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.approvals.domain.approvals import SigningKey
from tongbao.core.approvals.domain.document import key_statement
from tongbao.core.approvals.domain.errors import KeyUnsuitable, TooManyKeys, UnknownKey
from tongbao.core.approvals.domain.proof import public_key_id, signed_by
from tongbao.core.approvals.events import KeyAdded, KeyRevoked
from tongbao.core.approvals.models import KeyRow
from tongbao.core.identity import service as identity
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

KEYS_MAX: Final = 10
KEY_BYTES: Final = 32


async def add_key(
    tx: WriteSession,
    *,
    public_key: bytes,
    name: str,
    signature: bytes,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> SigningKey:
    """Register a key of the actor's, once exactly this was confirmed by a step-up.

    `signature` is by the private half over `key_statement`. Raises `identity.StepUpRequired`,
    `KeyUnsuitable` and `TooManyKeys`.
    """
    statement = key_statement(user_id=actor.id, public_key=b64encode(public_key).decode())
    shown = len(public_key) == KEY_BYTES and signed_by(
        _spki(public_key), message=statement.encode(), signature=signature
    )
    if not shown:
        raise KeyUnsuitable(statement=statement)
    mine = select(func.count()).where(KeyRow.user_id == actor.id, KeyRow.revoked_at.is_(None))
    if (await tx.scalar(mine) or 0) >= KEYS_MAX:
        raise TooManyKeys(maximum=KEYS_MAX)
    fingerprint = public_key_id(_spki(public_key))
    action = identity.Action("approvals.key.add", {"name": name, "fingerprint": fingerprint})
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    stored = await tx.scalar(
        insert(KeyRow)
        .values(id=new_id(), user_id=actor.id, public_key=public_key, name=name, created_at=at)
        .on_conflict_do_nothing(index_elements=["public_key"])
        .returning(KeyRow)
    )
    if stored is None:  # somebody has it, or had it; whose it is is nobody's business
        raise KeyUnsuitable(statement=statement)
    await outbox.append(tx, [KeyAdded(key_id=stored.id, user_id=actor.id)], at=at)
    return _key(stored)


async def list_keys(tx: ReadSession, *, user_id: UUID) -> list[SigningKey]:
    """Return a user's keys, also those revoked, the oldest first."""
    rows = await tx.scalars(
        select(KeyRow)
        .where(KeyRow.user_id == user_id)
        .order_by(KeyRow.id)
        .execution_options(populate_existing=True)
    )
    return [_key(row) for row in rows]


async def revoke_key(tx: WriteSession, *, key_id: UUID, actor: Actor, at: datetime) -> None:
    """Accept a key no more; what it has signed stays signed. Raises `UnknownKey`."""
    revoked = await tx.scalar(
        update(KeyRow)
        .where(KeyRow.id == key_id, KeyRow.user_id == actor.id, KeyRow.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(KeyRow.id)
        .execution_options(synchronize_session=False)
    )
    if revoked is None:
        raise UnknownKey
    await outbox.append(tx, [KeyRevoked(key_id=key_id, user_id=actor.id)], at=at)


async def signature_of_key(
    tx: WriteSession, *, user_id: UUID, key_id: UUID, message: bytes, signature: bytes
) -> identity.PasskeySignature | None:
    """Return a signature over `message` with what proves it; None if it is none of the user's.

    The key is locked, so that one being revoked at this moment is refused or was there before.
    """
    public_key = await tx.scalar(
        select(KeyRow.public_key)
        .where(KeyRow.id == key_id, KeyRow.user_id == user_id, KeyRow.revoked_at.is_(None))
        .with_for_update(read=True)
    )
    if public_key is None:
        return None
    spki = _spki(public_key)
    if not signed_by(spki, message=message, signature=signature):
        return None
    return identity.PasskeySignature(spki, {"signature": b64encode(signature).decode()})


def _spki(public_key: bytes) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key(row: KeyRow) -> SigningKey:
    return SigningKey(
        id=row.id,
        name=row.name,
        public_key=row.public_key,
        fingerprint=public_key_id(_spki(row.public_key)),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
