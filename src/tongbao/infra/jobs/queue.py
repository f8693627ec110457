"""Enqueueing on the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

from tongbao.infra.db import WriteSession
from tongbao.infra.driver import connection_of
from tongbao.infra.jobs.tasks import registry

WAITING_TURNS_MAX: Final = 10

# The share lock keeps workers from fetching the job before this transaction has ended, so it will
# see what this transaction writes.
_WAITING: Final = text("""
    SELECT j.id FROM procrastinate_jobs j
    WHERE j.queueing_lock = :queueing_lock AND j.status = 'todo'
    FOR SHARE SKIP LOCKED
""")

_CANCEL: Final = text("""
    UPDATE procrastinate_jobs SET status = 'cancelled'
    WHERE lock = :lock AND status = 'todo'
    RETURNING id
""")


async def cancel(tx: WriteSession, *, lock: str) -> int:
    """Cancel the jobs of `lock` that wait, with this transaction; return how many.

    One that runs is not touched: it has to look for itself whether its work is still wanted.
    """
    cancelled = await tx.execute(_CANCEL, {"lock": lock})
    return len(cancelled.all())


async def defer(
    tx: WriteSession,
    task_name: str,
    args: Mapping[str, object],
    *,
    at: datetime | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
) -> int:
    """Enqueue a job on the caller's transaction and return its id; not to run before `at`.

    Jobs of one `lock` run one after the other, in the order they were enqueued. While a job with
    the same `queueing_lock` waits, none is added and its id is returned: it will run after this
    transaction and see what it wrote. A periodic task's name is its queueing lock.

    `args` are JSON values (TypeError); `at` is aware (ValueError). The task need not be declared in
    this process; a name that no worker knows fails there.
    """
    if queueing_lock is None and task_name in registry.tasks:
        queueing_lock = registry.tasks[task_name].queueing_lock
    if queueing_lock is None:
        return (await defer_batch(tx, task_name, [args], at=at, lock=lock))[0]
    for _ in range(WAITING_TURNS_MAX):
        waiting = await tx.execute(_WAITING, {"queueing_lock": queueing_lock})
        found: int | None = waiting.scalars().first()
        if found is not None:
            return found
        try:
            async with tx.begin_nested():
                ids = await _insert(
                    tx, task_name, [args], at=at, lock=lock, queueing_lock=queueing_lock
                )
        except AlreadyEnqueued:
            continue  # somebody was faster, and has committed by now
        return ids[0]
    msg = f"jobs with the queueing lock {queueing_lock!r} come and go too fast"
    raise RuntimeError(msg)


async def defer_batch(
    tx: WriteSession,
    task_name: str,
    batch: Sequence[Mapping[str, object]],
    *,
    at: datetime | None = None,
    lock: str | None = None,
) -> list[int]:
    """Enqueue one job for each of `batch`'s arguments in one statement; see `defer`."""
    if not batch:
        return []
    return await _insert(tx, task_name, batch, at=at, lock=lock)


async def _insert(
    tx: WriteSession,
    task_name: str,
    batch: Sequence[Mapping[str, object]],
    *,
    at: datetime | None,
    lock: str | None,
    queueing_lock: str | None = None,
) -> list[int]:
    await tx.flush()
    deferrer = registry.configure_task(
        task_name,
        schedule_at=at,
        lock=lock,
        queueing_lock=queueing_lock,
        connection=await connection_of(tx),
    )
    arguments: list[dict[str, Any]] = [dict(args) for args in batch]
    return await deferrer.batch_defer_async(*arguments)
