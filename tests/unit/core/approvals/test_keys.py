"""Signing keys: registered by whoever holds them, once confirmed; used until revoked."""

from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.approvals import AT, SECOND, b64
from tests.unit.core.identity.conftest import Person, new_person
from tongbao.core.approvals import service
from tongbao.core.approvals.domain.errors import KeyUnsuitable, TooManyKeys, UnknownKey
from tongbao.core.approvals.models import KeyRow
from tongbao.core.approvals.service.keys import KEYS_MAX
from tongbao.core.identity import service as identity
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id


@pytest.fixture
async def person(tx: WriteSession) -> Person:
    """Somebody with a passkey to confirm by."""
    made = await new_person(tx)
    await made.add_passkey(tx, at=AT)
    return made


async def add(
    tx: WriteSession,
    person: Person,
    key: Ed25519PrivateKey,
    *,
    token: str | None = None,
    signature: bytes | None = None,
    public_key: bytes | None = None,
) -> service.SigningKey:
    public = key.public_key().public_bytes_raw() if public_key is None else public_key
    statement = service.key_statement(user_id=person.user.id, public_key=b64(public))
    return await service.add_key(
        tx,
        public_key=public,
        name="签名机",
        signature=key.sign(statement.encode()) if signature is None else signature,
        token=token,
        actor=person.actor,
        at=AT,
    )


async def confirmed(tx: WriteSession, person: Person, key: Ed25519PrivateKey) -> str:
    with pytest.raises(identity.StepUpRequired) as asked:
        await add(tx, person, key)
    action = asked.value.facts["action"]
    assert isinstance(action, Mapping)
    return await person.confirmed(tx, identity.Action(**action), at=AT)


async def test_a_key_is_registered_once_confirmed_and_revoked(
    tx: WriteSession, person: Person
) -> None:
    key = Ed25519PrivateKey.generate()
    token = await confirmed(tx, person, key)
    with pytest.raises(identity.StepUpRequired):  # the token is for that key alone
        await add(tx, person, Ed25519PrivateKey.generate(), token=token)
    added = await add(tx, person, key, token=token)
    assert [each.id for each in await service.list_keys(tx, user_id=person.user.id)] == [added.id]
    stranger = await new_person(tx)
    with pytest.raises(UnknownKey):
        await service.revoke_key(tx, key_id=added.id, actor=stranger.actor, at=AT)
    await service.revoke_key(tx, key_id=added.id, actor=person.actor, at=AT + SECOND)
    (found,) = await service.list_keys(tx, user_id=person.user.id)
    assert found.revoked_at == AT + SECOND
    with pytest.raises(UnknownKey):
        await service.revoke_key(tx, key_id=added.id, actor=person.actor, at=AT)


async def test_a_key_somebody_had_is_nobody_else_s(tx: WriteSession, person: Person) -> None:
    key = Ed25519PrivateKey.generate()
    added = await add(tx, person, key, token=await confirmed(tx, person, key))
    await service.revoke_key(tx, key_id=added.id, actor=person.actor, at=AT)
    other = await new_person(tx)
    await other.add_passkey(tx, at=AT)
    with pytest.raises(KeyUnsuitable):
        await add(tx, other, key, token=await confirmed(tx, other, key))


async def test_who_does_not_carry_passkeys_does_not_register_it(
    tx: WriteSession, person: Person
) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = b64(key.public_key().public_bytes_raw())
    for wrong in (
        other.sign(service.key_statement(user_id=person.user.id, public_key=public).encode()),
        key.sign(service.key_statement(user_id=new_id(), public_key=public).encode()),
        key.sign(public.encode()),
        bytes(64),
    ):
        with pytest.raises(KeyUnsuitable):
            await add(tx, person, key, signature=wrong)
    with pytest.raises(KeyUnsuitable):
        await add(tx, person, key, public_key=bytes(31))


async def test_keys_are_few(tx: WriteSession, person: Person) -> None:
    for number in range(KEYS_MAX):
        tx.add(
            KeyRow(
                id=new_id(),
                user_id=person.user.id,
                public_key=bytes([number]) * 16 + person.user.id.bytes,
                name="签名机",
                created_at=AT,
            )
        )
    await tx.flush()
    with pytest.raises(TooManyKeys):
        await add(tx, person, Ed25519PrivateKey.generate())
