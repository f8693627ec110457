"""Whether tokens still stand for whom they stood for: whatever changes, the condition knows."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind, clients, oauth
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor, token_hash
from tongbao.infra.db import WriteSession
from tongbao.infra.standing import Claim

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
SCOPES = ["ledger:post", "ledger:read"]


async def a_user_token(tx: WriteSession, kind: UserKind = UserKind.SERVICE) -> str:
    person = await parties.register_person(tx, name="客户", at=AT)
    is_customer = kind is UserKind.CUSTOMER
    user = await identity.create_user(
        tx,
        login=f"user-{secrets.token_hex(8)}",
        password="correct horse battery",
        name="甲",
        kind=kind,
        roles=[Role.CUSTOMER if is_customer else Role.SERVICE],
        party_ids=[person.id] if is_customer else [],
        at=AT,
    )
    issued = await identity.issue_token(tx, user_id=user.id, factors=frozenset({"password"}), at=AT)
    return issued.token


async def a_client_token(tx: WriteSession) -> str:
    client, _ = await clients.register_client(
        tx, name="总账接口", party_id=None, scopes=SCOPES, at=AT
    )
    issued = await oauth.issue_client_token(tx, client=client, scope=None, at=AT)
    return issued.token


async def actor_of(tx: WriteSession, token: str) -> Actor:
    actor = await identity.authenticate(tx, token, AT)
    assert actor is not None
    return actor


async def claim_of(tx: WriteSession, token: str) -> Claim:
    standing = (await actor_of(tx, token)).standing
    assert standing is not None
    return Claim(token_hash(token), standing)


async def hold(tx: WriteSession, *claims: Claim, at: datetime = LATER) -> bool:
    condition = identity.still_stand(claims, at)
    ((said,),) = await tx.fetch(f"SELECT {condition.sql}", condition.parameters)
    return bool(said)


async def test_claims_hold_while_nothing_changes(tx: WriteSession) -> None:
    tokens = [
        await a_user_token(tx),
        await a_user_token(tx, UserKind.CUSTOMER),
        await a_client_token(tx),
    ]
    claims = [await claim_of(tx, token) for token in tokens]
    assert await hold(tx, *claims)
    assert await hold(tx, *claims, *claims)
    assert len({claim.standing for claim in claims}) == len(claims)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE identity_token SET revoked_at = expires_at WHERE token_sha256 = :token",
        "DELETE FROM identity_token WHERE token_sha256 = :token",
        "UPDATE identity_user SET blocked_at = created_at WHERE id = :actor",
        "UPDATE identity_user SET roles = '{customer,cashier}' WHERE id = :actor",
        "UPDATE identity_membership SET role = 'viewer' WHERE user_id = :actor",
        "UPDATE identity_membership SET removed_at = now() WHERE user_id = :actor",
    ],
)
async def test_any_change_of_a_user_ends_the_claim(tx: WriteSession, change: str) -> None:
    token, other = [await a_user_token(tx, UserKind.CUSTOMER) for _ in range(2)]
    claim, others = [await claim_of(tx, each) for each in (token, other)]
    actor = await actor_of(tx, token)
    values = {"token": claim.token_sha256, "actor": actor.id}
    changed = await tx.execute(text(change), {k: v for k, v in values.items() if f":{k}" in change})
    assert getattr(changed, "rowcount", 0) == 1
    assert not await hold(tx, claim)
    assert not await hold(tx, others, claim)
    assert await hold(tx, others)


async def test_an_old_claim_does_not_hide_behind_a_new_one(tx: WriteSession) -> None:
    token = await a_user_token(tx, UserKind.CUSTOMER)
    old, actor = await claim_of(tx, token), await actor_of(tx, token)
    await tx.execute(
        text("UPDATE identity_membership SET role = 'viewer' WHERE user_id = :actor"),
        {"actor": actor.id},
    )
    new = await claim_of(tx, token)
    assert await hold(tx, new, new)
    assert not await hold(tx, old, new)
    assert not await hold(tx, new, old)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE identity_client_token SET revoked_at = expires_at WHERE token_sha256 = :token",
        "UPDATE identity_client_token SET scopes = '{ledger:read}' WHERE token_sha256 = :token",
        "UPDATE identity_client SET status = 'disabled' WHERE id = :actor",
        "UPDATE identity_client SET scopes = '{ledger:read}' WHERE id = :actor",
        "UPDATE identity_client SET networks = '{10.0.0.0/8}' WHERE id = :actor",
    ],
)
async def test_any_change_of_a_client_ends_the_claim(tx: WriteSession, change: str) -> None:
    token = await a_client_token(tx)
    claim, actor = await claim_of(tx, token), await actor_of(tx, token)
    values = {"token": claim.token_sha256, "actor": actor.id}
    changed = await tx.execute(text(change), {k: v for k, v in values.items() if f":{k}" in change})
    assert getattr(changed, "rowcount", 0) == 1
    assert not await hold(tx, claim)


async def test_a_claim_ends_with_its_token(tx: WriteSession) -> None:
    for token in (await a_user_token(tx), await a_client_token(tx)):
        claim = await claim_of(tx, token)
        assert not await hold(tx, claim, at=AT + timedelta(days=30))


async def test_nobody_claims_another_ones_standing(tx: WriteSession) -> None:
    one, other = [await claim_of(tx, await a_user_token(tx)) for _ in range(2)]
    assert not await hold(tx, Claim(one.token_sha256, other.standing))
    assert not await hold(tx, Claim(token_hash("unknown"), one.standing))


async def test_who_acts_for_a_time_is_looked_up_each_time(tx: WriteSession) -> None:
    token = await a_user_token(tx, UserKind.CUSTOMER)
    actor = await actor_of(tx, token)
    assert actor.standing is not None
    await tx.execute(
        text("UPDATE identity_membership SET ends_at = :ends WHERE user_id = :actor"),
        {"ends": AT + timedelta(hours=1), "actor": actor.id},
    )
    assert (await actor_of(tx, token)).standing is None
