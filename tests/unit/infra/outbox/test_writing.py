"""Appending: order, batches, transactions, notifications."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tongbao.infra import outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import reading, writing
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


class Written(Event):
    type: ClassVar[str] = "test_writing.written"
    version: ClassVar[int] = 3

    thing: UUID
    amount: Decimal = Decimal("12.50")

    @property
    def subject(self) -> str:
        return str(self.thing)


async def rows_of(tx: WriteSession, *things: UUID) -> list[tuple[int, str]]:
    rows = await tx.execute(
        text("SELECT seq, subject FROM infra_outbox WHERE subject = ANY(:s) ORDER BY seq"),
        {"s": [str(thing) for thing in things]},
    )
    return [(row.seq, row.subject) for row in rows]


async def test_an_event_is_stored_with_its_type_version_subject_payload_and_moment(
    tx: WriteSession,
) -> None:
    thing = new_id()
    await outbox.append(tx, [Written(thing=thing)], at=AT)
    row = (
        await tx.execute(text("SELECT * FROM infra_outbox WHERE subject = :s"), {"s": str(thing)})
    ).one()
    assert (row.type, row.version, row.occurred_at) == ("test_writing.written", 3, AT)
    assert row.payload == {"thing": str(thing), "amount": "12.50"}


async def test_a_batch_keeps_its_order(tx: WriteSession) -> None:
    things = [new_id() for _ in range(500)]
    await outbox.append(tx, [Written(thing=thing) for thing in reversed(things)], at=AT)
    stored = await rows_of(tx, *things)
    assert [subject for _, subject in stored] == [str(thing) for thing in reversed(things)]
    numbers = [number for number, _ in stored]
    assert numbers == sorted(set(numbers))


async def test_no_events_write_nothing(tx: WriteSession) -> None:
    await outbox.append(tx, [], at=AT)
    assert (await tx.execute(text("SELECT pg_current_xact_id_if_assigned()"))).scalar() is None


async def test_a_moment_without_a_time_zone_is_refused(tx: WriteSession) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await outbox.append(tx, [Written(thing=new_id())], at=datetime(2026, 5, 4))  # noqa: DTZ001


async def test_a_rolled_back_savepoint_takes_its_events_along_and_later_ones_stay_announced(
    database: Database,
) -> None:
    """The lock that announces the transaction goes with the savepoint, and comes back."""
    lost, kept = new_id(), new_id()
    async with database.write() as tx:
        savepoint = await tx.begin_nested()
        await outbox.append(tx, [Written(thing=lost)], at=AT)
        await savepoint.rollback()
        await outbox.append(tx, [Written(thing=kept)], at=AT)
        stored = await rows_of(tx, lost, kept)
        assert [subject for _, subject in stored] == [str(kept)]
        async with database.write() as other:
            await outbox.append(other, [Written(thing=new_id())], at=AT)
        async with database.read() as reader:
            assert await reading.settled(reader) < stored[0][0]
    async with database.read() as reader:
        assert await reading.settled(reader) > stored[0][0]


async def test_a_transaction_announces_itself_once_however_often_it_appends(
    tx: WriteSession,
) -> None:
    for _ in range(5):
        await outbox.append(tx, [Written(thing=new_id())], at=AT)
    held = await tx.execute(
        text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    )
    assert held.scalar_one() == 1


async def test_other_advisory_locks_do_not_hold_the_log_back(database: Database) -> None:
    async with database.write() as tx:
        await outbox.append(tx, [Written(thing=new_id())], at=AT)
    async with database.write() as tx:
        await tx.execute(text("SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock(2, 3)"))
        async with database.write() as other:
            before = await reading.settled(other)
            await outbox.append(other, [Written(thing=new_id())], at=AT)
        async with database.read() as reader:
            assert await reading.settled(reader) == before + 1


async def test_a_commit_wakes_listeners_at_most_once_an_interval(
    database: Database, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_waking", writing._Waking())
    async with await psycopg.AsyncConnection.connect(app_url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {writing.CHANNEL}")
        for _ in range(3):
            async with database.write() as tx:
                await outbox.append(tx, [Written(thing=new_id())], at=AT)
        heard = [note async for note in listener.notifies(timeout=0.3)]
    assert len(heard) == 1


def test_waking_is_due_again_after_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr("time.monotonic", lambda: moment)
    waking = writing._Waking()
    assert waking.due()
    assert not waking.due()
    moment += writing.WAKE_INTERVAL_SECONDS
    assert waking.due()
