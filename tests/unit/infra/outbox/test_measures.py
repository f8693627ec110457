"""Lag, pruning and forgetting; in a transaction of their own that is rolled back."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from tongbao.infra import jobs, outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import measures
from tongbao.infra.outbox.jobs import KEPT, prune_outbox
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


class Measured(Event):
    type: ClassVar[str] = "test_measures.measured"

    thing: UUID

    @property
    def subject(self) -> str:
        return str(self.thing)


async def place(tx: WriteSession, consumer: str, seq: int) -> None:
    await tx.execute(
        text("INSERT INTO infra_outbox_cursor (consumer, seq) VALUES (:c, :s)"),
        {"c": consumer, "s": seq},
    )


async def told(tx: WriteSession, *, at: datetime) -> int:
    """Append one event and return its number."""
    event = Measured(thing=new_id())
    await outbox.append(tx, [event], at=at)
    row = await tx.execute(
        text("SELECT seq FROM infra_outbox WHERE subject = :s"), {"s": event.subject}
    )
    seq: int = row.scalar_one()
    return seq


async def numbers(tx: WriteSession) -> set[int]:
    return set((await tx.execute(text("SELECT seq FROM infra_outbox"))).scalars())


@pytest.fixture
async def alone(tx: WriteSession) -> WriteSession:
    """A log of this test only, for the length of its transaction."""
    await tx.execute(text("DELETE FROM infra_outbox"))
    await tx.execute(text("DELETE FROM infra_outbox_cursor"))
    return tx


async def test_lag_counts_what_is_unread_and_how_long_the_oldest_waits(
    alone: WriteSession,
) -> None:
    first = await told(alone, at=AT)
    await told(alone, at=AT + timedelta(seconds=30))
    await place(alone, "behind", first - 1)
    await place(alone, "halfway", first)
    await place(alone, "up to date", first + 1)
    lags = await outbox.lag(alone, at=AT + timedelta(seconds=90))
    assert [(one.consumer, one.events, one.seconds) for one in lags] == [
        ("behind", 2, 90.0),
        ("halfway", 1, 60.0),
        ("up to date", 0, 0.0),
    ]
    measures.show(lags)
    labels = {"consumer": "halfway"}
    assert REGISTRY.get_sample_value("tongbao_outbox_lag_events", labels) == 1
    assert REGISTRY.get_sample_value("tongbao_outbox_lag_seconds", labels) == 60
    assert REGISTRY.get_sample_value("tongbao_outbox_parked_events", labels) == 0


async def test_old_events_go_when_everybody_has_read_them(alone: WriteSession) -> None:
    old, unread, recent = [await told(alone, at=at) for at in (AT, AT, AT + timedelta(days=1))]
    await place(alone, "slow", old)
    await place(alone, "fast", recent)
    assert await outbox.prune(alone, before=AT + timedelta(hours=1)) == 1
    assert await numbers(alone) == {unread, recent}
    await outbox.forget(alone, "slow")
    assert await outbox.prune(alone, before=AT + timedelta(hours=1)) == 1
    assert await numbers(alone) == {recent}


async def test_without_consumers_nothing_goes(alone: WriteSession) -> None:
    await told(alone, at=AT)
    assert await outbox.prune(alone, before=AT + timedelta(days=1)) == 0


async def test_pruning_is_bounded(alone: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "PRUNED_MAX", 2)
    last = [await told(alone, at=AT) for _ in range(3)][-1]
    await place(alone, "fast", last)
    assert await outbox.prune(alone, before=AT + timedelta(days=1)) == 2
    assert await numbers(alone) == {last}


async def test_the_periodic_job_prunes_what_is_older_than_kept(database: Database) -> None:
    """Nothing in the tests' log is that old at `AT`; at the end of time everything read is."""
    consumer = f"prune-{new_id()}"
    async with database.write() as tx:
        seq = await told(tx, at=AT - KEPT - timedelta(days=1))
        before = (await tx.execute(text("SELECT consumer, seq FROM infra_outbox_cursor"))).all()
        await tx.execute(text("UPDATE infra_outbox_cursor SET seq = greatest(seq, :s)"), {"s": seq})
        await place(tx, consumer, seq)
    await prune_outbox(jobs.JobContext(database=database, at=AT))
    async with database.write() as tx:
        assert seq not in await numbers(tx)
        await outbox.forget(tx, consumer)
        for row in before:
            await tx.execute(
                text("UPDATE infra_outbox_cursor SET seq = :s WHERE consumer = :c"),
                {"s": row.seq, "c": row.consumer},
            )
