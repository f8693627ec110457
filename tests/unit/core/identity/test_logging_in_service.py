"""Passwords, pauses, codes and challenges in a real database."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import event, text

from tests.unit.core.conftest import AT
from tests.unit.core.identity.people import (
    PASSWORD,
    a_device,
    a_login,
    a_phone,
    a_user,
    an_address,
    an_email,
    code_sent_to,
    sent_to,
    try_password,
    with_contact,
)
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import LogInRefused, factors
from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.challenges import (
    CHALLENGE_LIFETIME,
    Challenged,
    ChallengeOver,
    FactorNotOffered,
    FactorRefused,
)
from tongbao.core.identity.domain.codes import CODE_LIFETIME, Purpose
from tongbao.core.identity.service import NewSession, PasswordProven, logging_in
from tongbao.core.identity.service.codes import issue_code, spend_code
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.notify import TooManyMessages
from tongbao.infra.passwords import NOBODYS_HASH, hash_password, verify_password

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


async def refused(tx: WriteSession, login: str, *, times: int, **more: Any) -> None:
    for _ in range(times):
        assert isinstance(await try_password(tx, login, "wrong " + PASSWORD, **more), LogInRefused)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (None, "wrong " + PASSWORD),
        (None, ""),
        (None, "x" * 1_000),
        (None, "\ud800" * 12),
        ("nobody-has-this-login", PASSWORD),
        ("13900000000", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
        ("x" * 10_000, PASSWORD),
        ("张伟", PASSWORD),
        ("' OR '1'='1", PASSWORD),
    ],
)
async def test_every_failure_is_the_same_refusal(
    tx: WriteSession, login: str | None, password: str
) -> None:
    user = await a_user(tx)
    result = await try_password(tx, user.login if login is None else login, password)
    assert isinstance(result, LogInRefused)
    assert result.facts == {}


async def test_a_user_logs_in_by_name_phone_and_email(tx: WriteSession) -> None:
    user = await a_user(tx)
    phone = await with_contact(tx, user)
    email = await with_contact(tx, user, an_email())
    spellings = [
        user.login,
        phone.address,
        phone.address.removeprefix("+86"),
        email.address.upper(),
    ]
    for login in spellings:
        proven = await try_password(tx, login)
        assert isinstance(proven, PasswordProven)
        assert proven.user_id == user.id


async def test_the_fifth_refusal_pauses_the_account_and_pauses_grow(tx: WriteSession) -> None:
    user = await a_user(tx)
    await refused(tx, user.login, times=5)
    paused = await try_password(tx, user.login)
    assert isinstance(paused, LogInPaused)
    assert paused.facts == {"retry_after_seconds": 61}
    later = AT + MINUTE
    await refused(tx, user.login, times=1, at=later)
    again = await try_password(tx, user.login, at=later + MINUTE)
    assert isinstance(again, LogInPaused)
    assert isinstance(await try_password(tx, user.login, at=later + 2 * MINUTE), PasswordProven)


async def test_attempts_during_a_pause_do_not_prolong_it(tx: WriteSession) -> None:
    user = await a_user(tx)
    await refused(tx, user.login, times=5)
    for _ in range(20):
        assert isinstance(await try_password(tx, user.login, "x"), LogInPaused)
    assert isinstance(await try_password(tx, user.login, at=AT + MINUTE), PasswordProven)


async def test_a_success_forgets_the_refusals_before(tx: WriteSession) -> None:
    user = await a_user(tx)
    for _ in range(3):
        await refused(tx, user.login, times=4)
        assert isinstance(await try_password(tx, user.login), PasswordProven)


async def test_a_count_that_has_rested_for_a_day_begins_anew(tx: WriteSession) -> None:
    user = await a_user(tx)
    await refused(tx, user.login, times=4)
    await refused(tx, user.login, times=4, at=AT + timedelta(days=1))


async def test_an_unknown_login_is_paused_like_a_known_one(tx: WriteSession) -> None:
    login = a_login()
    await refused(tx, login, times=5)
    assert isinstance(await try_password(tx, login), LogInPaused)


async def test_one_users_refusals_do_not_pause_another(tx: WriteSession) -> None:
    one, other = await a_user(tx), await a_user(tx)
    await refused(tx, one.login, times=5)
    assert isinstance(await try_password(tx, other.login), PasswordProven)


async def test_the_owner_is_not_locked_out_at_home(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await identity.begin_session(
        tx, user_id=user.id, factors=frozenset({"password"}), device=a_device(), at=AT
    )
    home = a_device(cookie=session.device_cookie)
    await refused(tx, user.login, times=5)
    assert isinstance(await try_password(tx, user.login), LogInPaused)
    proven = await try_password(tx, user.login, device=home)
    assert isinstance(proven, PasswordProven)
    assert proven.device_known
    assert isinstance(await try_password(tx, user.login), LogInPaused)  # elsewhere still


async def test_a_known_device_has_a_count_of_its_own(tx: WriteSession) -> None:
    user = await a_user(tx)
    session = await identity.begin_session(
        tx, user_id=user.id, factors=frozenset({"password"}), device=a_device(), at=AT
    )
    home = a_device(cookie=session.device_cookie)
    await refused(tx, user.login, times=5, device=home)
    assert isinstance(await try_password(tx, user.login, device=home), LogInPaused)
    assert isinstance(await try_password(tx, user.login), PasswordProven)


async def test_stolen_passwords_tried_from_one_address_soon_meet_a_pause(tx: WriteSession) -> None:
    user = await a_user(tx)
    device = a_device(address=an_address())
    tried = 0
    while tried < 100:
        result = await try_password(tx, a_login(), device=device)
        if isinstance(result, LogInPaused):
            break
        tried += 1
        if tried == 10:  # one of them is right: the others count all the same
            assert isinstance(await try_password(tx, user.login, device=device), PasswordProven)
    assert tried == 30
    assert isinstance(await try_password(tx, user.login, device=device), LogInPaused)
    assert isinstance(await try_password(tx, user.login), PasswordProven)


async def test_a_network_of_version_six_counts_as_one_address(tx: WriteSession) -> None:
    for n in range(30):
        device = a_device(address=f"2001:db8:{AT.year}:7::{n:x}")
        assert isinstance(await try_password(tx, a_login(), device=device), LogInRefused)
    device = a_device(address=f"2001:db8:{AT.year}:7:ffff::")
    assert isinstance(await try_password(tx, a_login(), device=device), LogInPaused)


async def test_guessing_in_parallel_does_not_outrun_the_count(database: Database) -> None:
    async with database.write() as tx:
        user = await a_user(tx)

    async def attempt() -> object:
        device = a_device(address=an_address())
        async with database.write() as tx:
            begun = await identity.begin_attempt(tx, login=user.login, device=device, at=AT)
        if isinstance(begun, LogInPaused):
            return begun
        verdict = await identity.check_password(begun, password="wrong")
        async with database.write() as tx:
            return await identity.finish_attempt(tx, attempt=begun, verdict=verdict)

    results = await asyncio.gather(*(attempt() for _ in range(9)))
    assert sum(isinstance(each, LogInRefused) for each in results) == 5
    assert sum(isinstance(each, LogInPaused) for each in results) == 4


async def test_known_and_unknown_logins_take_the_same_statements_and_one_hash(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
        await with_contact(tx, user)
    seen: dict[str, list[str]] = {}
    hashes = 0
    verify = verify_password

    async def counted(password: str, password_hash: str) -> bool:
        nonlocal hashes
        hashes += 1
        return await verify(password, password_hash)

    monkeypatch.setattr(logging_in, "verify_password", counted)
    unknown = (a_login(), a_phone().address, an_email().address, f"?{a_login()}")
    for login in (user.login, *unknown):
        statements: list[str] = []
        with listening(database, statements):
            for n in range(6):
                device = a_device(address=an_address())
                async with database.write() as tx:
                    begun = await identity.begin_attempt(
                        tx, login=login, device=device, at=AT + n * SECOND
                    )
                if isinstance(begun, LogInPaused):
                    continue
                verdict = await identity.check_password(begun, password="wrong")
                async with database.write() as tx:
                    assert isinstance(
                        await identity.finish_attempt(tx, attempt=begun, verdict=verdict),
                        LogInRefused,
                    )
        seen[login] = statements
    assert hashes == 5 * len(seen)
    first, *others = seen.values()
    assert len(first) > 20
    assert all(each == first for each in others)


@contextmanager
def listening(database: Database, statements: list[str]) -> Iterator[None]:
    engine = database.engine.sync_engine

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_password_changed_meanwhile_is_no_longer_right(tx: WriteSession) -> None:
    user = await a_user(tx)
    begun = await identity.begin_attempt(tx, login=user.login, device=a_device(), at=AT)
    assert not isinstance(begun, LogInPaused)
    verdict = await identity.check_password(begun, password=PASSWORD)
    assert verdict.right
    changed = text("UPDATE identity_user SET password_hash = 'other' WHERE id = :id")
    await tx.execute(changed, {"id": user.id})
    assert isinstance(
        await identity.finish_attempt(tx, attempt=begun, verdict=verdict), LogInRefused
    )


async def test_a_hash_of_older_parameters_is_renewed_at_log_in(tx: WriteSession) -> None:
    user = await a_user(tx)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await tx.execute(
        text("UPDATE identity_user SET password_hash = :hash WHERE id = :id"),
        {"hash": old, "id": user.id},
    )
    assert isinstance(await try_password(tx, user.login), PasswordProven)
    stored = await tx.scalar(
        text("SELECT password_hash FROM identity_user WHERE id = :id"), {"id": user.id}
    )
    assert extract_parameters(stored) == extract_parameters(NOBODYS_HASH)
    assert isinstance(await try_password(tx, user.login), PasswordProven)


async def test_verifying_for_nobody_costs_what_verifying_a_user_costs() -> None:
    assert extract_parameters(NOBODYS_HASH) == extract_parameters(await hash_password(PASSWORD))


# codes


async def code(tx: WriteSession) -> tuple[UUID, str]:
    return await issue_code(tx, purpose=Purpose.LOG_IN, subject="s", at=AT)


async def spend(tx: WriteSession, code_id: UUID, given: str, **facts: Any) -> bool:
    told: dict[str, Any] = {"purpose": Purpose.LOG_IN, "subject": "s", "at": AT} | facts
    return await spend_code(tx, code_id=code_id, code=given, **told)


def other_than(given: str) -> str:
    return f"{(int(given) + 1) % 10**6:06}"


async def test_a_code_is_good_once(tx: WriteSession) -> None:
    code_id, given = await code(tx)
    assert await spend(tx, code_id, given)
    assert not await spend(tx, code_id, given)


@pytest.mark.parametrize(
    "facts",
    [{"purpose": Purpose.REGISTER}, {"subject": "t"}, {"at": AT + CODE_LIFETIME}],
    ids=["purpose", "subject", "age"],
)
async def test_a_code_is_good_for_one_thing_and_not_for_long(
    tx: WriteSession, facts: dict[str, Any]
) -> None:
    code_id, given = await code(tx)
    assert not await spend(tx, code_id, given, **facts)
    assert await spend(tx, code_id, given, at=AT + CODE_LIFETIME - SECOND)


async def test_a_code_has_five_tries(tx: WriteSession) -> None:
    code_id, given = await code(tx)
    for _ in range(4):
        assert not await spend(tx, code_id, other_than(given))
    kept_id, kept = await code(tx)
    assert not await spend(tx, code_id, other_than(given))
    assert not await spend(tx, code_id, given)
    assert await spend(tx, kept_id, kept)


async def test_of_parallel_tries_with_the_right_code_one_succeeds(database: Database) -> None:
    async with database.write() as tx:
        code_id, given = await code(tx)

    async def attempt() -> bool:
        async with database.write() as tx:
            return await spend(tx, code_id, given)

    assert sum(await asyncio.gather(*(attempt() for _ in range(5)))) == 1


async def test_a_code_is_stored_nowhere(tx: WriteSession) -> None:
    user = await a_user(tx)
    contact = await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    await identity.ask_factor(tx, challenge=challenged.challenge, factor="otp_sms", at=AT)
    given = await code_sent_to(tx, contact)
    for table in ("identity_code", "identity_challenge", "infra_message", "procrastinate_jobs"):
        rows = (await tx.execute(text(f"SELECT * FROM {table}"))).all()
        assert rows or table != "identity_code"
        assert f"{given}" not in str([tuple(row) for row in rows if "login" in str(row)])
    message = (await sent_to(tx, contact))[0]
    jobs = await tx.scalars(
        text("SELECT args::text FROM procrastinate_jobs WHERE args->>'message_id' = :id"),
        {"id": str(message.id)},
    )
    assert list(jobs) == [f'{{"message_id": "{message.id}"}}']
    assert (message.facts, message.recipient_masked) == (
        {},
        f"{contact.address[:-8]}****{contact.address[-4:]}",
    )


# challenges


async def challenged_user(
    tx: WriteSession, user: identity.User, *, at: datetime = AT
) -> Challenged:
    proven = await try_password(tx, user.login, at=at)
    assert isinstance(proven, PasswordProven)
    begun = await identity.proceed(tx, proven=proven, at=at)
    assert isinstance(begun, Challenged)
    return begun


async def answered(
    tx: WriteSession, challenged: Challenged, given: str, at: datetime = AT
) -> object:
    return await identity.answer_factor(
        tx, challenge=challenged.challenge, factor="otp_sms", proof={"code": given}, at=at
    )


async def test_who_has_no_second_factor_begins_a_session_at_once(tx: WriteSession) -> None:
    user = await a_user(tx)
    proven = await try_password(tx, user.login)
    assert isinstance(proven, PasswordProven)
    assert isinstance(await identity.proceed(tx, proven=proven, at=AT), NewSession)


async def test_a_new_device_is_asked_for_a_code_and_then_known(tx: WriteSession) -> None:
    user = await a_user(tx)
    contact = await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    assert challenged.factors == ["otp_sms"]
    asked = await identity.ask_factor(tx, challenge=challenged.challenge, factor="otp_sms", at=AT)
    assert asked["sent_to"] == f"{contact.address[:-8]}****{contact.address[-4:]}"
    given = await code_sent_to(tx, contact)
    assert await answered(tx, challenged, given) == user.id
    session = await identity.begin_session(
        tx, user_id=user.id, factors=frozenset({"password", "otp"}), device=a_device(), at=AT
    )
    home = a_device(cookie=session.device_cookie)
    proven = await try_password(tx, user.login, device=home)
    assert isinstance(proven, PasswordProven)
    assert isinstance(await identity.proceed(tx, proven=proven, at=AT), NewSession)


async def test_a_challenge_is_answered_once(tx: WriteSession) -> None:
    user = await a_user(tx)
    contact = await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    await identity.ask_factor(tx, challenge=challenged.challenge, factor="otp_sms", at=AT)
    given = await code_sent_to(tx, contact)
    assert await answered(tx, challenged, given) == user.id
    assert isinstance(await answered(tx, challenged, given), ChallengeOver)


async def test_a_challenge_is_good_for_five_tries_and_five_minutes(tx: WriteSession) -> None:
    user = await a_user(tx)
    contact = await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    await identity.ask_factor(tx, challenge=challenged.challenge, factor="otp_sms", at=AT)
    given = await code_sent_to(tx, contact)
    late = AT + CHALLENGE_LIFETIME
    assert isinstance(await answered(tx, challenged, given, late), ChallengeOver)
    for left in (4, 3, 2, 1, 0):
        result = await answered(tx, challenged, other_than(given))
        assert isinstance(result, FactorRefused)
        assert result.facts == {"tries_left": left}
    assert isinstance(await answered(tx, challenged, given), ChallengeOver)


async def test_new_challenges_are_no_new_tries_at_codes(tx: WriteSession) -> None:
    user = await a_user(tx)
    await with_contact(tx, user)
    for _ in range(5):
        challenged = await challenged_user(tx, user)
        assert isinstance(await answered(tx, challenged, "000000"), FactorRefused)
    challenged = await challenged_user(tx, user)
    assert isinstance(await answered(tx, challenged, "000000"), LogInPaused)


async def test_a_code_of_one_user_answers_no_challenge_of_another(tx: WriteSession) -> None:
    user, other = await a_user(tx), await a_user(tx)
    await with_contact(tx, user)
    theirs = await with_contact(tx, other)
    mine, foreign = await challenged_user(tx, user), await challenged_user(tx, other)
    await identity.ask_factor(tx, challenge=mine.challenge, factor="otp_sms", at=AT)
    await identity.ask_factor(tx, challenge=foreign.challenge, factor="otp_sms", at=AT)
    given = await code_sent_to(tx, theirs)
    assert isinstance(await answered(tx, mine, given), FactorRefused)


async def test_a_code_is_not_sent_twice_within_a_minute(tx: WriteSession) -> None:
    user = await a_user(tx)
    await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    ask = {"challenge": challenged.challenge, "factor": "otp_sms"}
    await identity.ask_factor(tx, **ask, at=AT)
    with pytest.raises(TooManyMessages) as raised:
        await identity.ask_factor(tx, **ask, at=AT + 59 * SECOND)
    assert raised.value.facts == {"retry_after_seconds": 2}
    await identity.ask_factor(tx, **ask, at=AT + 60 * SECOND)


async def test_a_factor_that_was_not_offered_is_refused(tx: WriteSession) -> None:
    user = await a_user(tx)
    await with_contact(tx, user)
    challenged = await challenged_user(tx, user)
    for factor in ("otp_email", "totp", "nonsense"):
        with pytest.raises(FactorNotOffered):
            await identity.ask_factor(tx, challenge=challenged.challenge, factor=factor, at=AT)
        with pytest.raises(FactorNotOffered):
            await identity.answer_factor(
                tx, challenge=challenged.challenge, factor=factor, proof={}, at=AT
            )
    with pytest.raises(ChallengeOver):
        await identity.ask_factor(tx, challenge="tb_unknown", factor="otp_sms", at=AT)


class Riddle:
    """A factor of another kind, as one that is plugged in."""

    name = "riddle"

    async def available(self, _tx: object, _user_id: UUID, /) -> bool:
        return True

    async def ask(self, *_asked: object) -> dict[str, Any]:
        return {"question": "7 x 8"}

    async def check(
        self,
        _tx: object,
        _user_id: UUID,
        proof: Mapping[str, Any],
        asked: Mapping[str, Any],
        _at: datetime,
        /,
    ) -> bool:
        return asked.get("question") == "7 x 8" and proof.get("code") == "56"


async def test_a_factor_that_was_set_up_is_asked_on_known_devices_too(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "_FACTORS", {"riddle": Riddle()})
    user = await a_user(tx)
    session = await identity.begin_session(
        tx, user_id=user.id, factors=frozenset({"password"}), device=a_device(), at=AT
    )
    proven = await try_password(tx, user.login, device=a_device(cookie=session.device_cookie))
    assert isinstance(proven, PasswordProven)
    assert proven.device_known
    begun = await identity.proceed(tx, proven=replace(proven), at=AT)
    assert isinstance(begun, Challenged)
    answer: dict[str, Any] = {
        "challenge": begun.challenge,
        "factor": "riddle",
        "proof": {"code": "56"},
    }
    assert isinstance(await identity.answer_factor(tx, **answer, at=AT), FactorRefused)
    await identity.ask_factor(tx, challenge=begun.challenge, factor="riddle", at=AT)
    assert await identity.answer_factor(tx, **answer, at=AT) == user.id
