"""Enqueueing: with the caller's transaction, once per queueing lock."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Row, text

from tongbao.infra import jobs
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id

NAME = "test_queue.unknown_here"
NEVER = datetime(2999, 1, 1, tzinfo=UTC)  # so that no worker of another test finds the jobs


async def job(tx: ReadSession, job_id: int) -> Row[Any] | None:
    found = await tx.execute(
        text("SELECT * FROM procrastinate_jobs WHERE id = :id"), {"id": job_id}
    )
    return found.one_or_none()


async def test_a_job_exists_when_its_transaction_commits(database: Database) -> None:
    async with database.write() as tx:
        job_id = await jobs.defer(tx, NAME, {"n": 1, "deep": {"list": [None, "文"]}}, at=NEVER)
        async with database.read() as other:
            assert await job(other, job_id) is None
    async with database.read() as tx:
        row = await job(tx, job_id)
    assert row is not None
    assert (row.task_name, row.queue_name, row.status) == (NAME, "default", "todo")
    assert row.args == {"n": 1, "deep": {"list": [None, "文"]}}


async def test_a_job_goes_with_its_transaction(database: Database) -> None:
    savepoint_job = 0
    async with database.write() as tx:
        savepoint = await tx.begin_nested()
        savepoint_job = await jobs.defer(tx, NAME, {})
        await savepoint.rollback()
    async with database.read() as tx:
        assert await job(tx, savepoint_job) is None


async def test_a_job_may_wait_for_its_time_and_be_kept_apart_by_a_lock(tx: WriteSession) -> None:
    at = datetime(2031, 1, 2, 3, 4, tzinfo=UTC)
    row = await job(tx, await jobs.defer(tx, NAME, {}, at=at, lock="one-at-a-time"))
    assert row is not None
    assert (row.scheduled_at, row.lock) == (at, "one-at-a-time")


async def test_a_moment_without_a_time_zone_is_refused(tx: WriteSession) -> None:
    with pytest.raises(ValueError, match="aware"):
        await jobs.defer(tx, NAME, {}, at=datetime(2031, 1, 2))  # noqa: DTZ001


async def test_arguments_that_are_not_json_are_refused_and_the_transaction_lives(
    tx: WriteSession,
) -> None:
    with pytest.raises(TypeError):
        await jobs.defer(tx, NAME, {"id": new_id()})
    assert await jobs.defer(tx, NAME, {"id": str(new_id())}) > 0


async def test_a_batch_is_enqueued_in_its_order(tx: WriteSession) -> None:
    ids = await jobs.defer_batch(tx, NAME, [{"n": n} for n in range(50)])
    assert ids == sorted(ids)
    rows = [await job(tx, job_id) for job_id in ids]
    assert [row.args["n"] for row in rows if row is not None] == list(range(50))
    assert await jobs.defer_batch(tx, NAME, []) == []


async def test_one_job_waits_per_queueing_lock(database: Database) -> None:
    lock = str(new_id())
    async with database.write() as tx:
        first = await jobs.defer(tx, NAME, {"n": 1}, at=NEVER, queueing_lock=lock)
        assert await jobs.defer(tx, NAME, {"n": 2}, at=NEVER, queueing_lock=lock) == first
    async with database.write() as tx:
        assert await jobs.defer(tx, NAME, {"n": 3}, at=NEVER, queueing_lock=lock) == first


async def test_a_waiting_job_that_is_relied_on_is_not_fetched_before_the_transaction_ends(
    database: Database,
) -> None:
    """Else it would run without seeing what the transaction wrote, and nobody after it."""
    lock = str(new_id())
    async with database.write() as tx:
        first = await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock)
    fetchable = text(
        "SELECT id FROM procrastinate_jobs WHERE id = :id AND status = 'todo'"
        " FOR UPDATE SKIP LOCKED"  # as procrastinate_fetch_job_v2 does
    )
    async with database.write() as tx:
        assert await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock) == first
        async with database.write() as worker:
            assert (await worker.execute(fetchable, {"id": first})).scalars().all() == []
    async with database.write() as worker:
        assert (await worker.execute(fetchable, {"id": first})).scalars().all() == [first]


async def test_a_job_that_runs_already_does_not_count_as_waiting(database: Database) -> None:
    lock = str(new_id())
    async with database.write() as tx:
        first = await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock)
        await tx.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": first}
        )
    async with database.write() as tx:
        assert await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock) != first
        await tx.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": first})


async def test_of_two_at_the_same_time_the_second_relies_on_the_first(database: Database) -> None:
    lock = str(new_id())
    started = asyncio.Event()

    async def second() -> int:
        async with database.write() as tx:
            await tx.execute(text("SELECT 1"))
            started.set()
            return await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock)

    async with database.write() as tx:
        first = await jobs.defer(tx, NAME, {}, at=NEVER, queueing_lock=lock)
        waiting = asyncio.create_task(second())
        await started.wait()
        await asyncio.sleep(0.1)
        assert not waiting.done()
    assert await waiting == first


async def test_a_periodic_task_may_be_deferred_too_and_waits_once(tx: WriteSession) -> None:
    @jobs.periodic(name="test_queue.now_and_then", cron="0 0 1 1 *")
    async def now_and_then(_context: jobs.JobContext) -> None:
        """Do nothing."""

    first = await jobs.defer(tx, "test_queue.now_and_then", {})
    assert await jobs.defer(tx, "test_queue.now_and_then", {}) == first
