"""One token, one code, many at once: one of them passes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.unit.core.conftest import AT, RELYING_PARTY
from tests.unit.core.identity.conftest import PASSWORD, Person, new_person
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.step_up import (
    ATTEMPTS_MAX,
    FAILURES_MAX,
    Action,
    Proof,
    StepUpLocked,
    StepUpRefused,
    StepUpRequired,
)
from tongbao.core.identity.service import passkeys, recovery_codes, step_up, totp
from tongbao.infra.db import Database, WriteSession

ADD = Action("identity.passkey.add", {})
AT_ONCE = 8


@pytest.fixture(autouse=True, scope="module")
def _configured() -> None:
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))


async def at_once(
    database: Database, work: Callable[[WriteSession], Awaitable[object]], times: int = AT_ONCE
) -> list[object]:
    """Do it several times side by side, each on a transaction of its own."""

    async def one() -> object:
        async with database.write() as tx:
            return await work(tx)

    return await asyncio.gather(*(one() for _ in range(times)), return_exceptions=True)


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        return await new_person(tx)


async def test_a_token_is_spent_once(database: Database, person: Person) -> None:
    async with database.write() as tx:
        token = await person.confirmed(tx, ADD)
    results = await at_once(
        database,
        lambda tx: step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT),
    )
    refused = [each for each in results if isinstance(each, StepUpRequired)]
    assert len(refused) == AT_ONCE - 1
    assert len({str(each) for each in results} - {str(refused[0])}) == 1


async def test_a_token_of_an_action_that_failed_is_good_again(
    database: Database, person: Person
) -> None:
    async with database.write() as tx:
        token = await person.confirmed(tx, ADD)

    async def spend_and_fail() -> None:
        async with database.write() as tx:
            await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await spend_and_fail()
    async with database.write() as tx:
        await step_up.spend(tx, token=token, action=ADD, actor=person.actor, at=AT)


async def test_a_one_time_code_is_used_once(database: Database, person: Person) -> None:
    async with database.write() as tx:
        await person.set_up_totp(tx)
    at = AT + timedelta(minutes=1)
    results = await at_once(
        database,
        lambda tx: totp.use_totp_code(tx, user_id=person.user.id, code=person.code(at), at=at),
    )
    assert sorted(map(bool, results)) == [False] * (AT_ONCE - 1) + [True]


async def test_a_recovery_code_is_used_once(database: Database, person: Person) -> None:
    async with database.write() as tx:
        codes = await person.set_up_totp(tx)
    results = await at_once(
        database,
        lambda tx: recovery_codes.use_recovery_code(
            tx, user_id=person.user.id, code=codes[0], at=AT
        ),
    )
    assert results.count(True) == 1


async def test_an_assertion_logs_in_once(database: Database, person: Person) -> None:
    async with database.write() as tx:
        await person.add_passkey(tx)
        ceremony, options = await passkeys.log_in_options(tx, at=AT)
    answer = person.device.get(options)
    results = await at_once(
        database,
        lambda tx: passkeys.asserted_user(tx, ceremony_id=ceremony.id, credential=answer, at=AT),
    )
    assert results.count(person.user.id) == 1


async def test_guessing_in_parallel_does_not_outrun_the_count(
    database: Database, person: Person
) -> None:
    challenges = []
    async with database.write() as tx:
        for _ in range(4):
            asked = await step_up.challenge(
                tx, actor=person.actor, action=ADD, proof=Proof.PASSWORD, at=AT
            )
            challenges.append(asked.id)
    turn = iter(challenges * ATTEMPTS_MAX)

    async def guess(tx: WriteSession) -> object:
        return await step_up.confirm(
            tx,
            actor=person.actor,
            challenge_id=next(turn),
            proof={"password": "wrong " + PASSWORD},
            at=AT,
        )

    results = await at_once(database, guess, times=4 * ATTEMPTS_MAX)
    assert sum(isinstance(each, StepUpRefused) for each in results) == FAILURES_MAX
    # All others met the lock, but those whom a busy machine kept waiting for too long.
    assert all(isinstance(each, StepUpRefused | Exception) for each in results)
    assert any(isinstance(each, StepUpLocked) for each in results)
