"""Delivering: effect and place in one transaction, failures, parking, waking, stopping."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tongbao.infra import outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import reading, relay, writing
from tongbao.infra.outbox.relay import Reader
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
ONCE = outbox.Retry(attempts_max=1)


class Told(Event):
    type: ClassVar[str] = "test_relay.told"

    run: UUID
    what: str

    @property
    def subject(self) -> str:
        return str(self.run)


class Echoed(Told):
    """What the test's handlers write: an event is as good an effect as a row."""

    type: ClassVar[str] = "test_relay.echoed"


class Ignored(Told):
    type: ClassVar[str] = "test_relay.ignored"


Act = Callable[[WriteSession, Told], Awaitable[None]]


class Case:
    """One test's own run, with a consumer that echoes what it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.run = new_id()
        self.at = AT
        self.calls: list[str] = []
        self.act: Act | None = None

    def clock(self) -> datetime:
        return self.at

    async def echo(self, tx: WriteSession, event: Told, at: datetime) -> None:
        if event.run != self.run:
            return
        self.calls.append(event.what)
        await outbox.append(tx, [Echoed(run=self.run, what=event.what)], at=at)
        if self.act is not None:
            await self.act(tx, event)

    def consumer(self, **options: Any) -> outbox.Consumer:
        return outbox.Consumer(name=f"test_relay-{self.run}", handles={Told: self.echo}, **options)

    def relay(self, *consumers: outbox.Consumer, poll_seconds: float = 0.05) -> outbox.Relay:
        return outbox.Relay(self.database, consumers, clock=self.clock, poll_seconds=poll_seconds)

    async def tell(self, *whats: str, kind: type[Told] = Told) -> None:
        async with self.database.write() as tx:
            events = [kind(run=self.run, what=what) for what in whats]
            await outbox.append(tx, events, at=self.at)

    async def echoes(self) -> list[str]:
        async with self.database.read() as tx:
            rows = await tx.execute(
                text(
                    "SELECT payload ->> 'what' FROM infra_outbox"
                    " WHERE type = :type AND subject = :run ORDER BY seq"
                ),
                {"type": Echoed.type, "run": str(self.run)},
            )
            return list(rows.scalars())

    async def until(self, *whats: str) -> None:
        async with asyncio.timeout(15):
            while await self.echoes() != list(whats):  # noqa: ASYNC110 - rows of a table
                await asyncio.sleep(0.01)

    async def parked(self) -> list[outbox.ParkedEvent]:
        async with self.database.read() as tx:
            return await outbox.parked(tx, self.consumer().name)

    async def lag(self) -> outbox.Lag:
        async with self.database.read() as tx:
            lags = await outbox.lag(tx, at=self.at)
        return next(one for one in lags if one.consumer == self.consumer().name)


@pytest.fixture
def case(database: Database) -> Case:
    return Case(database)


def failing_at(*whats: str) -> Act:
    async def act(_tx: WriteSession, event: Told) -> None:
        if event.what in whats:
            msg = f"secret of {event.what}"
            raise RuntimeError(msg)

    return act


@asynccontextmanager
async def running(*relays: outbox.Relay) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in relays]
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_events_are_handled_in_order_with_the_clocks_reading(case: Case) -> None:
    moments: list[datetime] = []

    async def handle(_tx: WriteSession, event: Told, at: datetime) -> None:
        if event.run == case.run:
            case.calls.append(event.what)
            moments.append(at)

    await case.tell("a", "b")
    await case.tell("c")
    await case.tell("never", kind=Ignored)
    case.at += timedelta(hours=1)
    consumer = outbox.Consumer(name=f"in-order-{case.run}", handles={Told: handle}, batch_max=2)
    await case.relay(consumer).drain()
    assert case.calls == ["a", "b", "c"]
    assert moments == [case.at] * 3


async def test_what_was_handled_is_not_handled_again(case: Case) -> None:
    await case.tell("a")
    for _ in range(2):
        await case.relay(case.consumer()).drain()
    assert await case.echoes() == ["a"]


async def test_a_consumer_that_starts_now_sees_only_what_comes(case: Case) -> None:
    await case.tell("before")
    relay_ = case.relay(case.consumer(start="now"))
    await relay_.drain()
    await case.tell("after")
    await relay_.drain()
    assert await case.echoes() == ["after"]


async def test_events_nobody_subscribed_to_are_passed_over(case: Case) -> None:
    relay_ = case.relay(case.consumer(start="now"))
    await relay_.drain()
    await case.tell("x", "y", kind=Ignored)
    assert (await case.lag()).events == 2
    await relay_.drain()
    assert (await case.lag()).events == 0


async def test_a_batch_that_fails_is_undone_and_taken_one_by_one(case: Case) -> None:
    await case.tell("a", "b", "bad", "c")
    case.act = failing_at("bad")
    await case.relay(case.consumer(start="beginning")).drain()
    assert case.calls == ["a", "b", "bad", "a", "b", "bad"]
    assert await case.echoes() == ["a", "b"]


async def test_a_failed_event_waits_for_its_time_and_holds_the_later_ones(case: Case) -> None:
    await case.tell("bad", "c")
    case.act = failing_at("bad")
    consumer = case.consumer(retry=outbox.Retry(first_seconds=10.0, longest_seconds=10.0))
    await case.relay(consumer).drain()
    calls = len(case.calls)
    case.at += timedelta(seconds=4)  # jitter shortens by at most a half
    await case.relay(consumer).drain()
    assert len(case.calls) == calls
    assert (await case.lag()).failures == 1
    case.at += timedelta(seconds=7)
    case.act = None
    await case.relay(consumer).drain()
    assert await case.echoes() == ["bad", "c"]
    assert (await case.lag()).failures == 0


async def test_after_its_last_attempt_an_event_is_parked_and_the_others_go_on(case: Case) -> None:
    await case.tell("a", "bad", "c")
    case.act = failing_at("bad")
    consumer = case.consumer(retry=outbox.Retry(attempts_max=3, first_seconds=0.0))
    await case.relay(consumer).drain()  # the failed event's time has come at once
    for _ in range(3):
        await case.relay(consumer).drain()
    assert await case.echoes() == ["a", "c"]
    (entry,) = await case.parked()
    assert (entry.attempts, entry.error, entry.parked_at) == (3, "RuntimeError", case.at)
    assert "secret" not in entry.error
    assert (entry.event.type, entry.event.subject) == (Told.type, str(case.run))
    assert Told.model_validate_json(entry.event.payload) == Told(run=case.run, what="bad")
    assert (await case.lag()).parked == 1


async def test_parked_events_are_replayed_in_order_and_leave(case: Case) -> None:
    await case.tell("bad1", "good", "bad2")
    case.act = failing_at("bad1", "bad2")
    consumer = case.consumer(retry=ONCE)
    await case.relay(consumer).drain()
    first, second = await case.parked()

    case.act = failing_at("bad2")
    done = await outbox.replay(case.database, consumer, at=case.at)
    assert done == outbox.Replayed(handled=(first.event.seq,), failed=(second.event.seq,))
    (left,) = await case.parked()
    assert (left.event, left.attempts) == (second.event, 2)

    case.act = None
    await outbox.replay(case.database, consumer, at=case.at)
    assert await case.parked() == []
    assert await case.echoes() == ["good", "bad1", "bad2"]


async def test_an_event_of_an_unknown_version_is_parked_not_lost(case: Case) -> None:
    async with case.database.write() as tx:
        await tx.execute(
            text(
                "INSERT INTO infra_outbox (type, version, subject, payload, occurred_at)"
                " VALUES (:type, 99, :run, '{}', :at)"
            ),
            {"type": Told.type, "run": str(case.run), "at": AT},
        )
    await case.relay(case.consumer(retry=ONCE)).drain()
    parked = [entry for entry in await case.parked() if entry.event.subject == str(case.run)]
    assert [(entry.event.version, entry.error) for entry in parked] == [
        (99, "UnknownVersion (outbox.unknown_version)")
    ]
    async with case.database.write() as tx:
        await tx.execute(
            text("DELETE FROM infra_outbox WHERE subject = :run"), {"run": str(case.run)}
        )


async def test_a_handler_that_hides_a_database_error_is_found_out(case: Case) -> None:
    async def break_silently(tx: WriteSession, _event: Told) -> None:
        with suppress(DBAPIError):
            await tx.execute(text("SELECT 1 / 0"))

    await case.tell("a")
    case.act = break_silently
    await case.relay(case.consumer(retry=ONCE)).drain()
    assert await case.echoes() == []
    (entry,) = await case.parked()
    assert "25P02" in entry.error  # in failed SQL transaction


async def test_a_handler_that_takes_too_long_has_failed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "HANDLER_SECONDS_MAX", 0.05)

    async def sleep(tx: WriteSession, _event: Told) -> None:
        await tx.execute(text("SELECT pg_sleep(20)"))

    await case.tell("slow")
    case.act = sleep
    await case.relay(case.consumer(retry=ONCE)).drain()
    (entry,) = await case.parked()
    assert entry.error.startswith("TimeoutError")


async def test_two_relays_do_not_serve_one_consumer_at_once(case: Case) -> None:
    await case.relay(case.consumer(start="now")).drain()
    inside, leave = asyncio.Event(), asyncio.Event()

    async def linger(_tx: WriteSession, _event: Told) -> None:
        inside.set()
        await leave.wait()

    await case.tell("a")
    case.act = linger
    first = asyncio.create_task(case.relay(case.consumer()).drain())
    await inside.wait()
    await case.relay(case.consumer()).drain()
    assert case.calls == ["a"]
    leave.set()
    await first
    assert await case.echoes() == ["a"]


async def test_stopping_finishes_the_event_under_way_and_leaves_the_rest(case: Case) -> None:
    await case.relay(case.consumer(start="now")).drain()
    stop = asyncio.Event()

    async def ask_to_stop(_tx: WriteSession, event: Told) -> None:
        if event.what == "b":
            stop.set()

    await case.tell("a", "b", "c")
    case.act = ask_to_stop
    async with asyncio.timeout(15):
        await case.relay(case.consumer()).run(stop)
    assert await case.echoes() == ["a", "b"]
    await case.relay(case.consumer()).drain()
    assert await case.echoes() == ["a", "b", "c"]


async def test_a_long_batch_is_committed_in_pieces(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH_SECONDS_MAX", 0.0)
    await case.relay(case.consumer(start="now")).drain()
    await case.tell("a", "b")
    reader = Reader(case.database, case.consumer(), clock=case.clock)
    async with case.database.read() as tx:
        head = await reading.settled(tx)
    assert await reader.advance(up_to=head, stop=asyncio.Event())
    assert await case.echoes() == ["a"]


async def test_one_consumers_failure_does_not_hold_another(case: Case) -> None:
    async def fail(_tx: WriteSession, _event: Told, _at: datetime) -> None:
        raise RuntimeError

    broken = outbox.Consumer(name=f"broken-{case.run}", handles={Told: fail})
    async with running(case.relay(broken, case.consumer())):
        await case.tell("a", "b")
        await case.until("a", "b")


async def test_a_lone_event_is_delivered_at_once_by_the_notification(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL_SECONDS_MIN", 600.0)
    async with running(case.relay(case.consumer(start="now"), poll_seconds=600.0)):
        async with asyncio.timeout(15):
            while (await listeners(case.database)) == 0:  # noqa: ASYNC110 - another process' state
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        monkeypatch.setattr(writing, "_waking", writing._Waking())
        await case.tell("a")
        await case.until("a")


async def listeners(database: Database) -> int:
    async with database.read() as tx:
        count = await tx.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query = 'LISTEN infra_outbox'"
            )
        )
        number: int = count.scalar_one()
        return number


async def test_polling_finds_what_no_notification_told(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing._Waking, "due", lambda _self: False)
    async with running(case.relay(case.consumer())):
        await case.tell("a")
        await case.until("a")


async def test_a_relay_outlives_the_loss_of_its_connections(
    case: Case, owner_url: str, app_url: str
) -> None:
    mine = Database.connect(f"{app_url}&application_name=relay-{case.run}")
    case.database, other = mine, case.database
    async with running(case.relay(case.consumer())):
        await case.tell("a")
        await case.until("a")
        with psycopg.connect(owner_url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s",
                [f"relay-{case.run}"],
            ).fetchall()
        assert len(ended) >= 2
        case.database = other
        await case.tell("b")
        await case.until("a", "b")
    await mine.close()


async def test_a_relay_waits_for_a_database_that_is_not_there(case: Case) -> None:
    away = Database.connect("postgresql://tongbao_app@/x?host=/nowhere")
    stop = asyncio.Event()
    relay_ = outbox.Relay(away, [case.consumer()], poll_seconds=0.01)
    task = asyncio.create_task(relay_.run(stop))
    await asyncio.sleep(0.1)
    assert not task.done()
    stop.set()
    async with asyncio.timeout(5):
        await task
    await away.close()


async def test_a_relay_without_consumers_waits_for_its_end(case: Case) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(case.relay().run(stop))
    await asyncio.sleep(0.05)
    assert not task.done()
    stop.set()
    await task


def test_two_consumers_of_one_name_are_refused(case: Case) -> None:
    with pytest.raises(ValueError, match="same name"):
        case.relay(case.consumer(), case.consumer())


@pytest.mark.parametrize("options", [{"name": ""}, {"name": "x", "batch_max": 0}])
def test_a_consumer_needs_a_name_and_a_batch(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="consumer needs"):
        outbox.Consumer(handles={}, **options)
