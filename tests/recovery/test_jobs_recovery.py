"""A worker is killed with kill -9 in the middle of a job; another takes the job up again."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tests.recovery.jobs_worker import QUEUE, TASK, work
from tongbao.infra import jobs
from tongbao.infra.db import Database
from tongbao.infra.jobs.work import retry_stalled
from tongbao.kernel.ids import new_id

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([work.__module__])

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def effects(owner_url: str) -> Iterator[None]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE test_job_effect (run uuid, what text)")
        connection.execute("GRANT SELECT, INSERT ON test_job_effect TO tongbao_app")
        yield
        connection.execute("DROP TABLE test_job_effect")


async def noted(database: Database, run: UUID) -> list[str]:
    async with database.read() as tx:
        rows = await tx.execute(
            text("SELECT what FROM test_job_effect WHERE run = :run"), {"run": run}
        )
        return sorted(rows.scalars())


@pytest.mark.usefixtures("effects")
async def test_the_job_of_a_killed_worker_is_done_once_in_effect(
    database: Database, app_url: str
) -> None:
    run = new_id()
    async with database.write() as tx:
        job_id = await jobs.defer(tx, TASK, {"run": str(run)})
    process = FORKS.Process(target=work, args=(app_url,))
    process.start()
    try:
        async with asyncio.timeout(60):
            while not await noted(database, run):  # noqa: ASYNC110 - another process works
                await asyncio.sleep(0.02)
    finally:
        process.kill()
        process.join(30)
        process.close()
    assert await noted(database, run) == ["begun"]
    await jobs.drain(database, queues=[QUEUE])
    assert await noted(database, run) == ["begun"], "its worker may still live"

    async with database.write() as tx:  # a minute later ...
        await tx.execute(
            text(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'"
                " WHERE id = (SELECT worker_id FROM procrastinate_jobs WHERE id = :id)"
            ),
            {"id": job_id},
        )
    await retry_stalled(database)
    await jobs.drain(database, queues=[QUEUE])
    assert await noted(database, run) == ["begun", "begun", "effect"]
