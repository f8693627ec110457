"""The worker's side: fetching and running jobs, stopping in order, taking up what was left."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Final

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions, sql
from procrastinate.app import WorkerOptions
from procrastinate.jobs import Status
from procrastinate.manager import QUEUEING_LOCK_CONSTRAINT, JobManager
from psycopg.rows import DictRow, dict_row
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.driver import pooled, standalone
from tongbao.infra.jobs.tasks import WORK, JobContext, Work, periodic, registry
from tongbao.kernel.clock import now

CONCURRENCY: Final = 4
SHUTDOWN_SECONDS: Final = 30.0
POLL_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 10.0
STALLED_SECONDS: Final = 60.0
STALLED_ATTEMPTS_MAX: Final = 10
RESTART_SECONDS: Final = 2.0
KEPT_HOURS: Final = 24 * 14

# A job is begun again only after its attempts were counted, so they tell one run from the next.
_STILL_STALLED: Final = text(
    "SELECT j.id FROM procrastinate_jobs j"
    " WHERE j.id = :id AND j.status = 'doing' AND j.attempts = :attempts"
    " AND NOT EXISTS (SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id"
    " AND w.last_heartbeat >= now() - make_interval(secs => :seconds)) FOR UPDATE OF j"
)
_RETRY: Final = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_FINISH: Final = text("SELECT procrastinate_finish_job_v1(:id, :status, false)")

logger = structlog.get_logger(__name__)


class Connector(procrastinate.PsycopgConnector):
    """Lets procrastinate use the platform's own pool, with its role and time limits."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__()
        self._engine = engine

    @asynccontextmanager
    async def _get_cursor(
        self, connection: psycopg.AsyncConnection[Any] | None = None
    ) -> AsyncGenerator[psycopg.AsyncCursor[DictRow], None]:
        async with (
            pooled(self._engine) if connection is None else nullcontext(connection) as raw,
            raw.cursor(row_factory=dict_row) as cursor,
        ):
            yield cursor

    @asynccontextmanager
    async def _get_standalone_connection(
        self,
    ) -> AsyncGenerator[psycopg.AsyncConnection[Any], None]:
        async with standalone(self._engine) as raw:
            yield raw

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:  # noqa: ANN401
        """Run one of procrastinate's statements.

        A job to be tried again may find another one waiting under its queueing lock, of which
        there can be one only. That one will do the work, so this one ends; procrastinate by itself
        would leave it running for ever.
        """
        try:
            await super().execute_query_async(query, **arguments)
        except exceptions.UniqueViolation as error:
            superseded = (
                query == sql.queries["retry_job"]
                and error.constraint_name == QUEUEING_LOCK_CONSTRAINT
            )
            if not superseded:
                raise
            await super().execute_query_async(
                sql.queries["finish_job"],
                job_id=arguments["job_id"],
                status=Status.ABORTED.value,
                delete_job=False,
            )


class OffSchedule(Connector):
    """Enqueues no periodic job: what is run does not depend on the time of day."""

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        """Run one of procrastinate's statements; a time of the schedule counts as taken."""
        if query == sql.queries["defer_periodic_job"]:
            return {"id": None}
        found: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
        return found


async def run(
    database: Database,
    stop: asyncio.Event,
    *,
    concurrency: int = CONCURRENCY,
    shutdown_seconds: float = SHUTDOWN_SECONDS,
    poll_seconds: float = POLL_SECONDS,
    queues: Sequence[str] | None = None,
    clock: Callable[[], datetime] = now,
) -> None:
    """Run jobs of `queues` (None: of all), `concurrency` at a time, until `stop` is set.

    Then no more are fetched and running ones get `shutdown_seconds` to end; what still runs is
    cancelled and enqueued again. The database's pool must hold `concurrency` + 2 connections for
    this. When the database is away the worker starts anew until it is back.
    """
    options = _options(database, clock, queues)
    options["concurrency"] = concurrency
    options["shutdown_graceful_timeout"] = shutdown_seconds
    options["fetch_job_polling_interval"] = poll_seconds
    while not stop.is_set():
        with registry.replace_connector(Connector(database.engine)):
            working = asyncio.create_task(registry.run_worker_async(**options))
            try:
                await _either(working, stop)
            finally:
                ended_by_itself = working.done()
                working.cancel()
                (result,) = await asyncio.gather(working, return_exceptions=True)
        if ended_by_itself and not stop.is_set():
            failure = result if isinstance(result, Exception) else None
            logger.warning("job worker ended, starts again", exc_info=failure)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RESTART_SECONDS):
                    await stop.wait()


async def drain(
    database: Database,
    *,
    queues: Sequence[str] | None = None,
    clock: Callable[[], datetime] = now,
) -> None:
    """Run the enqueued jobs that are due and those they lead to, then return; for tests.

    Nothing is enqueued by the schedule of periodic jobs.
    """
    options = _options(database, clock, queues)
    options["wait"] = False
    options["listen_notify"] = False
    with registry.replace_connector(OffSchedule(database.engine)):
        await registry.run_worker_async(**options)


def _options(
    database: Database, clock: Callable[[], datetime], queues: Sequence[str] | None
) -> WorkerOptions:
    options = WorkerOptions(
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        install_signal_handlers=False,
        additional_context={WORK: Work(database=database, clock=clock)},
    )
    if queues is not None:
        options["queues"] = queues
    return options


async def _either(working: asyncio.Task[None], stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def retry_stalled(database: Database) -> None:
    """Enqueue again the jobs whose worker has not been heard of for `STALLED_SECONDS`.

    One that has been begun `STALLED_ATTEMPTS_MAX` times fails: it may be what kills workers.
    Each is looked at again under its lock: meanwhile somebody else may have enqueued it and another
    worker be at it, or its own may have been heard of.
    """
    manager = JobManager(Connector(database.engine))
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        log = logger.bind(task=job.task_name, job_id=job.id, attempts=job.attempts)
        begun = {"id": job.id, "attempts": job.attempts, "seconds": STALLED_SECONDS}
        async with database.write() as tx:
            if await tx.scalar(_STILL_STALLED, begun) is None:
                log.info("stalled job had been taken up meanwhile")
            elif job.attempts + 1 >= STALLED_ATTEMPTS_MAX:
                await tx.execute(_FINISH, {"id": job.id, "status": Status.FAILED.value})
                log.error("stalled job given up")
            else:
                await _enqueue_again(tx, job.id)
                log.warning("stalled job enqueued again")


async def _enqueue_again(tx: WriteSession, job_id: int | None) -> None:
    """Enqueue a job again, unless another one waits under its queueing lock and does its work."""
    try:
        async with tx.begin_nested():
            await tx.execute(_RETRY, {"id": job_id})
    except IntegrityError as error:
        if QUEUEING_LOCK_CONSTRAINT not in str(error.orig):
            raise
        await tx.execute(_FINISH, {"id": job_id, "status": Status.ABORTED.value})


async def remove_old(database: Database) -> None:
    """Remove jobs that succeeded or were superseded `KEPT_HOURS` ago; failed ones are kept."""
    await JobManager(Connector(database.engine)).delete_old_jobs(
        nb_hours=KEPT_HOURS, include_cancelled=True, include_aborted=True
    )


@periodic(name="infra.jobs.retry_stalled", cron="* * * * *", priority=100)
async def _retry_stalled(context: JobContext) -> None:
    await retry_stalled(context.database)


@periodic(name="infra.jobs.remove_old", cron="17 19 * * *")
async def _remove_old(context: JobContext) -> None:
    await remove_old(context.database)


async def worker_is_alive(tx: ReadSession, *, at: datetime) -> bool:
    """Tell whether some worker was heard of lately."""
    heard = await tx.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
    return heard is not None and heard >= at - timedelta(seconds=STALLED_SECONDS)
