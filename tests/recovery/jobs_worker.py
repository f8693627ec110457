"""A job worker to be killed: its job hangs half-way the first time it is run."""

import asyncio
from uuid import UUID

from sqlalchemy import text

from tongbao.infra import jobs
from tongbao.infra.db import Database, WriteSession

QUEUE = "test_recovery"
TASK = "test_recovery.work"


@jobs.task(name=TASK, queue=QUEUE)
async def half_way(context: jobs.JobContext, *, run: str) -> None:
    """Say that it has begun; then have the effect, in a transaction that hangs at first."""
    async with context.database.write() as tx:
        await note(tx, UUID(run), "begun")
    async with context.database.write() as tx:
        await note(tx, UUID(run), "effect")
        if context.attempt == 1:
            await asyncio.Event().wait()


async def note(tx: WriteSession, run: UUID, what: str) -> None:
    await tx.execute(
        text("INSERT INTO test_job_effect (run, what) VALUES (:run, :what)"),
        {"run": run, "what": what},
    )


async def run_jobs(url: str) -> None:
    database = Database.connect(url)
    await jobs.run(database, asyncio.Event(), queues=[QUEUE], poll_seconds=0.1)


def work(url: str) -> None:
    """Run jobs until killed."""
    asyncio.run(run_jobs(url))
