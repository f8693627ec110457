"""A recovery is completed or called off, never both: whoever has its row first, in either order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import psycopg
import pytest

from tests.support.authenticator import Authenticator
from tests.unit.core.conftest import AT, RELYING_PARTY
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.identity.people import an_email, try_password, with_contact
from tests.unit.core.identity.test_recoveries import READY, Case
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.challenges import Challenged, ChallengeOver
from tongbao.core.identity.domain.passkeys import AddedPasskey, PasskeyNotRegistered
from tongbao.core.identity.domain.recoveries import Means, UnknownRecovery
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.service import passkeys, recoveries
from tongbao.core.identity.service.open_recoveries import call_off
from tongbao.infra.db import Database, WriteSession

Work = Callable[[WriteSession], Awaitable[object]]


@pytest.fixture(autouse=True, scope="module")
def _configured() -> None:
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))


async def somebody(database: Database) -> Case:
    """Somebody whose recovery is ready, and asked about once more."""
    async with database.write() as tx:
        person: Person = await new_person(tx)
        await person.add_passkey(tx)
        phone = await with_contact(tx, person.user)
        case = Case(person, phone, await with_contact(tx, person.user, an_email()))
        await case.request(tx)
    return case


async def completing(database: Database, case: Case) -> Work:
    at = READY + timedelta(minutes=1)
    async with database.write() as tx:
        begun = await case.challenge(tx, at)
        code = await case.code(tx, begun, at)
    return lambda tx: recoveries.complete_recovery(
        tx, challenge=begun.challenge, factor="otp_sms", code=code, at=at
    )


def cancelling(case: Case) -> Work:
    return lambda tx: call_off(tx, user_id=case.id, means=Means.SESSION, at=READY)


async def one_behind_the_other(
    database: Database, owner_url: str, first: Work, second: Work
) -> tuple[object, object]:
    """Run `first`, have `second` wait for it, and only then commit `first`."""
    pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def waiting() -> object:
        async with database.write() as tx:
            pid.set_result(int((await tx.fetch("SELECT pg_backend_pid()", ()))[0][0]))
            return await second(tx)

    async with database.write() as tx:
        done = await first(tx)
        task = asyncio.create_task(waiting())
        await blocked(owner_url, await pid)
    return done, await task


async def blocked(owner_url: str, pid: int) -> None:
    """Return once a backend waits for a lock."""
    query = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
    waits = False
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        for _ in range(3_000):
            (waits,) = await (await connection.execute(query, (pid,))).fetchone() or (False,)
            if waits:
                return
            await asyncio.sleep(0.01)
    assert waits, "the second does not wait for the first"


async def test_called_off_first(database: Database, owner_url: str) -> None:
    case = await somebody(database)
    complete = await completing(database, case)
    cancelled, completed = await one_behind_the_other(
        database, owner_url, cancelling(case), complete
    )
    assert cancelled is True
    assert isinstance(completed, UnknownRecovery)
    async with database.write() as tx:
        assert not await case.has_lost_all(tx)


async def test_completed_first(database: Database, owner_url: str) -> None:
    case = await somebody(database)
    complete = await completing(database, case)
    completed, cancelled = await one_behind_the_other(
        database, owner_url, complete, cancelling(case)
    )
    assert completed == case.id
    assert cancelled is False
    async with database.write() as tx:
        assert await case.has_lost_all(tx)


async def logging_in(database: Database, case: Case) -> Work:
    """The owner's log-in, with a factor that is not lost after all."""
    async with database.write() as tx:
        proven = await try_password(tx, case.owner.user.login, at=READY)
        assert isinstance(proven, identity.PasswordProven)
        begun = await identity.proceed(tx, proven=proven, at=READY)
        assert isinstance(begun, Challenged)
        asked = await identity.ask_factor(tx, challenge=begun.challenge, factor="passkey", at=READY)
    answer = {"assertion": case.owner.device.get(asked["options"])}
    return lambda tx: identity.answer_factor(
        tx, challenge=begun.challenge, factor="passkey", proof=answer, at=READY
    )


async def test_the_owner_logs_in_first(database: Database, owner_url: str) -> None:
    case = await somebody(database)
    complete, log_in = await completing(database, case), await logging_in(database, case)
    entered, completed = await one_behind_the_other(database, owner_url, log_in, complete)
    assert entered == case.id
    assert isinstance(completed, UnknownRecovery)


async def test_the_owner_logs_in_too_late(database: Database, owner_url: str) -> None:
    case = await somebody(database)
    complete, log_in = await completing(database, case), await logging_in(database, case)
    completed, entered = await one_behind_the_other(database, owner_url, complete, log_in)
    assert completed == case.id
    assert isinstance(entered, ChallengeOver)


async def test_of_two_passkeys_added_at_once_the_second_begins_again(
    database: Database, owner_url: str
) -> None:
    """Both were begun as the first factor; the second is not the first any more."""
    async with database.write() as tx:
        person = await new_person(tx)
        begun = []
        for _ in range(2):
            token = await person.confirmed(tx, Action("identity.passkey.add", {}))
            begun.append(
                await passkeys.registration_options(
                    tx, actor=person.actor, step_up_token=token, at=AT
                )
            )

    def adding(number: int) -> Work:
        ceremony, options = begun[number]
        return lambda tx: passkeys.register(
            tx,
            actor=person.actor,
            ceremony_id=ceremony.id,
            credential=Authenticator().create(options),
            name="x",
            at=AT,
        )

    first, second = await one_behind_the_other(database, owner_url, adding(0), adding(1))
    assert isinstance(first, AddedPasskey)
    assert isinstance(second, PasskeyNotRegistered)


async def test_completed_twice_at_once(database: Database, owner_url: str) -> None:
    case = await somebody(database)
    complete = await completing(database, case)
    again: list[object] = []

    async def same_challenge(tx: WriteSession) -> object:
        again.append(await complete(tx))
        return again[0]

    done, _ = await one_behind_the_other(database, owner_url, complete, same_challenge)
    assert done == case.id
    assert again != [case.id]


async def test_asked_for_twice_at_once(database: Database, owner_url: str) -> None:
    """Two requests with a challenge each: the second finds the first one's."""
    async with database.write() as tx:
        person = await new_person(tx)
        await person.add_passkey(tx)
        case = Case(person, await with_contact(tx, person.user), an_email())
        begun = [await case.challenge(tx, AT), await case.challenge(tx, AT)]
        codes = [
            await case.code(tx, each, AT + number * timedelta(minutes=1))
            for number, each in enumerate(begun)
        ]

    def asking(number: int) -> Work:
        return lambda tx: _requested(tx, begun[number].challenge, codes[number])

    first, second = await one_behind_the_other(database, owner_url, asking(0), asking(1))
    assert first == second


async def _requested(tx: WriteSession, challenge: str, code: str) -> object:
    device = identity.DeviceFacts(
        cookie=None, fingerprint=None, address="192.0.2.7", user_agent="Firefox"
    )
    return await recoveries.request_recovery(
        tx,
        challenge=challenge,
        factor="otp_sms",
        code=code,
        device=device,
        at=AT + timedelta(minutes=2),
    )
