"""Users and tokens in a real database."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.unit.core.identity.people import try_password
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import TOKEN_LIFETIME, TOKENS_PER_USER_MAX
from tongbao.core.identity.service import LoggedIn, PasswordProven, Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
SECOND = timedelta(seconds=1)


def a_login() -> str:
    return f"user-{secrets.token_hex(8)}"


async def a_customer(
    tx: WriteSession, *, login: str | None = None, firms: int = 1
) -> tuple[identity.User, frozenset[UUID]]:
    people = [await parties.register_person(tx, name=f"客户{i}", at=AT) for i in range(firms)]
    user = await identity.create_user(
        tx,
        login=login or a_login(),
        password=PASSWORD,
        name="张伟",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids=[person.id for person in people],
        at=AT,
    )
    return user, frozenset(person.id for person in people)


async def logged_in(tx: WriteSession, login: str, at: datetime = AT) -> LoggedIn:
    proven = await try_password(tx, login, at=at)
    assert isinstance(proven, PasswordProven)
    return await identity.issue_password_token(tx, proven=proven, at=at)


async def test_a_user_logs_in_and_becomes_an_actor(tx: WriteSession) -> None:
    user, party_ids = await a_customer(tx, firms=3)
    issued = await logged_in(tx, user.login)
    assert issued.expires_at == AT + TOKEN_LIFETIME
    actor = await identity.authenticate(tx, issued.token, AT)
    assert actor is not None
    assert actor.id == user.id
    assert actor.kind == "customer"
    assert actor.name == "张伟"
    assert actor.party_ids == party_ids
    assert actor.may("accounts:open")
    assert not actor.may("accounts:read_any")


async def test_staff_act_for_no_party(tx: WriteSession) -> None:
    user = await identity.create_user(
        tx,
        login=a_login(),
        password=PASSWORD,
        name="柜员",
        kind=UserKind.STAFF,
        roles=[Role.STAFF_OPERATIONS, Role.STAFF_SERVICE],
        at=AT,
    )
    issued = await logged_in(tx, user.login)
    actor = await identity.authenticate(tx, issued.token, AT)
    assert actor is not None
    assert (actor.kind, actor.party_ids) == ("staff", frozenset())
    assert actor.may("parties:register")


async def test_the_login_is_written_in_any_case(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    assert isinstance(await try_password(tx, f" {user.login.upper()} "), PasswordProven)


async def test_neither_password_nor_token_is_stored(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    issued = await logged_in(tx, user.login)
    row = (
        await tx.execute(text("SELECT * FROM identity_user WHERE id = :id"), {"id": user.id})
    ).one()
    assert PASSWORD not in str(row)
    assert row.password_hash.startswith("$argon2id$")
    stored = (
        await tx.execute(text("SELECT * FROM identity_token WHERE user_id = :id"), {"id": user.id})
    ).one()
    assert issued.token not in str(stored)
    assert bytes(stored.token_sha256) == hashlib.sha256(issued.token.encode()).digest()


async def test_authenticate_is_one_query(tx: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    user, _ = await a_customer(tx, firms=2)
    issued = await logged_in(tx, user.login)
    statements = 0

    def counting(name: str) -> Callable[..., Awaitable[object]]:
        way: Callable[..., Awaitable[object]] = getattr(ReadSession, name)

        async def counted(*args: object, **kwargs: object) -> object:
            nonlocal statements
            statements += 1
            return await way(*args, **kwargs)

        return counted

    for name in ("execute", "fetch"):
        monkeypatch.setattr(ReadSession, name, counting(name))
    assert await identity.authenticate(tx, issued.token, AT) is not None
    assert statements == 1


async def test_several_tokens_are_told_apart_in_one_look_up(tx: WriteSession) -> None:
    ann, _ = await a_customer(tx, firms=2)
    bob, _ = await a_customer(tx)
    first, second = [await logged_in(tx, user.login) for user in (ann, bob)]
    revoked = await logged_in(tx, bob.login)
    await identity.log_out(tx, token=revoked.token, at=AT)
    tokens = [second.token, "unknown", first.token, revoked.token, second.token]
    found = await identity.authenticate_many(tx, tokens, AT)
    assert found == [await identity.authenticate(tx, token, AT) for token in tokens]
    assert [actor and actor.id for actor in found] == [bob.id, None, ann.id, None, bob.id]
    assert found[2] is not None
    assert found[2].party_ids == ann.party_ids


async def test_a_token_is_good_until_it_expires(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    issued = await logged_in(tx, user.login)
    assert await identity.authenticate(tx, issued.token, issued.expires_at - SECOND) is not None
    assert await identity.authenticate(tx, issued.token, issued.expires_at) is None


async def test_logging_out_ends_one_token_at_once(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    one, other = await logged_in(tx, user.login), await logged_in(tx, user.login)
    await identity.log_out(tx, token=one.token, at=AT)
    assert await identity.authenticate(tx, one.token, AT) is None
    assert await identity.authenticate(tx, other.token, AT) is not None
    await identity.log_out(tx, token=one.token, at=AT + SECOND)
    await identity.log_out(tx, token="never issued", at=AT)


@pytest.mark.parametrize("token", ["", "tb_unknown", "\x00", "密", "x" * 10_000])
async def test_anything_else_is_no_token(tx: WriteSession, token: str) -> None:
    assert await identity.authenticate(tx, token, AT) is None


async def test_old_tokens_go_when_new_ones_come(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    expired = await logged_in(tx, user.login, AT)
    later = AT + TOKEN_LIFETIME
    first = await logged_in(tx, user.login, later)
    count = text("SELECT count(*) FROM identity_token WHERE user_id = :id")
    assert await tx.scalar(count, {"id": user.id}) == 1
    assert await identity.authenticate(tx, expired.token, AT) is None
    await tx.execute(
        text(
            "INSERT INTO identity_token (token_sha256, user_id, issued_at, expires_at)"
            " SELECT sha256(n::text::bytea), :id, :at, :at + interval '1 hour'"
            " FROM generate_series(1, 100) n"
        ),
        {"id": user.id, "at": later + SECOND},
    )
    newest = await logged_in(tx, user.login, later + 2 * SECOND)
    assert await tx.scalar(count, {"id": user.id}) == TOKENS_PER_USER_MAX
    assert await identity.authenticate(tx, newest.token, later) is not None
    assert await identity.authenticate(tx, first.token, later) is None


async def test_a_login_is_given_once(tx: WriteSession) -> None:
    user, party_ids = await a_customer(tx)
    with pytest.raises(identity.LoginTaken):
        await identity.create_user(
            tx,
            login=user.login.upper(),
            password=PASSWORD,
            name="另一位",
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=party_ids,
            at=AT,
        )


async def test_a_user_cannot_act_for_a_party_that_does_not_exist(tx: WriteSession) -> None:
    with pytest.raises(identity.UnknownParties):
        await identity.create_user(
            tx,
            login=a_login(),
            password=PASSWORD,
            name="张伟",
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=[new_id()],
            at=AT,
        )
