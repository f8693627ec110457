"""Users and tokens in a real database."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import text

from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import (
    FAILURES_MAX,
    LOCK_OUT,
    TOKEN_LIFETIME,
    TOKENS_PER_USER_MAX,
)
from tongbao.core.identity.service import LoggedIn, LogInRefused, Role, UserKind, logging_in
from tongbao.core.parties import service as parties
from tongbao.infra.auth import hash_password
from tongbao.infra.db import Database, ReadSession, WriteSession
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
    result = await identity.log_in(tx, login=login, password=PASSWORD, at=at)
    assert isinstance(result, LoggedIn)
    return result


async def fail(tx: WriteSession, login: str, *, times: int, at: datetime = AT) -> None:
    for _ in range(times):
        result = await identity.log_in(tx, login=login, password="wrong " + PASSWORD, at=at)
        assert isinstance(result, LogInRefused)


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
    assert isinstance(
        await identity.log_in(tx, login=f" {user.login.upper()} ", password=PASSWORD, at=AT),
        LoggedIn,
    )


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


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (None, "wrong " + PASSWORD),
        (None, ""),
        (None, "x" * 1_000),
        (None, "\ud800" * 12),
        ("nobody-has-this-login", PASSWORD),
        ("", PASSWORD),
        ("a\x00b", PASSWORD),
        ("x" * 10_000, PASSWORD),
        ("张伟", PASSWORD),
    ],
)
async def test_every_failure_is_the_same_refusal(
    tx: WriteSession, login: str | None, password: str
) -> None:
    user, _ = await a_customer(tx)
    result = await identity.log_in(
        tx, login=user.login if login is None else login, password=password, at=AT
    )
    assert isinstance(result, LogInRefused)
    assert (result.code, result.facts) == ("identity.log_in_refused", {"minutes": 15})


async def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    await fail(tx, user.login, times=FAILURES_MAX)
    locked_until = AT + LOCK_OUT
    last = await identity.log_in(tx, login=user.login, password=PASSWORD, at=locked_until - SECOND)
    assert isinstance(last, LogInRefused)
    assert (await logged_in(tx, user.login, locked_until)).user_id == user.id


async def test_a_lock_out_is_told_once(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    await fail(tx, user.login, times=FAILURES_MAX + 3)
    rows = await tx.execute(
        text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq"),
        {"id": str(user.id)},
    )
    assert [row.type for row in rows] == ["identity.user_created", "identity.user_locked_out"]


async def test_failures_while_locked_do_not_prolong_the_lock(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    await fail(tx, user.login, times=FAILURES_MAX)
    await fail(tx, user.login, times=FAILURES_MAX, at=AT + LOCK_OUT - SECOND)
    await logged_in(tx, user.login, AT + LOCK_OUT)


async def test_after_a_lock_counting_starts_again(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    await fail(tx, user.login, times=FAILURES_MAX)
    later = AT + LOCK_OUT
    await fail(tx, user.login, times=FAILURES_MAX - 1, at=later)
    await logged_in(tx, user.login, later)


async def test_a_success_forgets_the_failures_before(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    for _ in range(3):
        await fail(tx, user.login, times=FAILURES_MAX - 1)
        await logged_in(tx, user.login)


async def test_one_users_failures_do_not_lock_another(tx: WriteSession) -> None:
    one, _ = await a_customer(tx)
    other, _ = await a_customer(tx)
    await fail(tx, one.login, times=FAILURES_MAX)
    await logged_in(tx, other.login)


async def test_guessing_in_parallel_does_not_outrun_the_counter(database: Database) -> None:
    async with database.write() as tx:
        user, _ = await a_customer(tx)

    async def attempt(password: str) -> LoggedIn | LogInRefused:
        async with database.write() as tx:
            return await identity.log_in(tx, login=user.login, password=password, at=AT)

    wrong = ["wrong " + PASSWORD] * (FAILURES_MAX + 2)
    results = await asyncio.gather(*(attempt(password) for password in wrong))
    assert all(isinstance(result, LogInRefused) for result in results)
    assert isinstance(await attempt(PASSWORD), LogInRefused)


@pytest.mark.parametrize("known", [True, False])
async def test_attempts_at_one_login_queue_up_whether_it_exists_or_not(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    login = a_login()
    if known:
        async with database.write() as tx:
            await a_customer(tx, login=login)
    under_way, most = 0, 0

    async def verify(password: str, password_hash: str) -> bool:
        nonlocal under_way, most
        assert password_hash.startswith("$argon2id$")
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return password == PASSWORD

    async def attempt() -> None:
        async with database.write() as tx:
            await identity.log_in(tx, login=login, password="wrong " + PASSWORD, at=AT)

    monkeypatch.setattr(logging_in, "verify_password", verify)
    await asyncio.gather(*(attempt() for _ in range(5)))
    assert most == 1


async def test_a_hash_of_older_parameters_is_renewed_at_log_in(tx: WriteSession) -> None:
    user, _ = await a_customer(tx)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await tx.execute(
        text("UPDATE identity_user SET password_hash = :hash WHERE id = :id"),
        {"hash": old, "id": user.id},
    )
    await logged_in(tx, user.login)
    stored = await tx.scalar(
        text("SELECT password_hash FROM identity_user WHERE id = :id"), {"id": user.id}
    )
    assert extract_parameters(stored) == extract_parameters(logging_in.NOBODYS_HASH)
    await logged_in(tx, user.login)


async def test_verifying_for_nobody_costs_what_verifying_a_user_costs() -> None:
    assert extract_parameters(logging_in.NOBODYS_HASH) == extract_parameters(
        await hash_password(PASSWORD)
    )


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
