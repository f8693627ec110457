"""Which work there is: the registry of tasks, and what becomes of one that fails."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate, Final, ParamSpec

import procrastinate
import structlog
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from prometheus_client import Counter, Histogram

from tongbao.infra import audit
from tongbao.infra.db import Database
from tongbao.infra.retry import Retry
from tongbao.kernel.errors import Kind, TongbaoError

PERIODIC_LATE_SECONDS_MAX: Final = 600  # a time missed by more is left out
WORK: Final = "work"
UNEXPECTED: Final = "job.unexpected"

# What another attempt may change. Every other refusal by a rule of ours is final.
_PASSING: Final = frozenset({Kind.UNAVAILABLE, Kind.LIMITED, Kind.CONFLICT})

ENDED: Final = Counter("tongbao_jobs_ended", "Jobs run, by how they ended", ["task", "outcome"])
SECONDS: Final = Histogram(
    "tongbao_jobs_duration_seconds",
    "Duration of jobs",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0),
)

P = ParamSpec("P")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job is given: the database to open transactions on, and the clock's reading.

    `attempt` is 1 the first time. `scheduled_for` is the time of the schedule that a periodic job
    was enqueued for; None for others.
    """

    database: Database
    at: datetime
    attempt: int = 1
    scheduled_for: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker passes to every job."""

    database: Database
    clock: Clock


Task = Callable[Concatenate[JobContext, P], Awaitable[None]]

registry: Final = procrastinate.App(
    connector=procrastinate.PsycopgConnector(),  # never opened: see queue and work
    periodic_defaults={"max_delay": PERIODIC_LATE_SECONDS_MAX},
)


def task(
    *,
    name: str,
    retry: Retry | None = None,
    queue: str = "default",
    priority: int = 0,
    audited: bool = False,
) -> Callable[[Task[P]], Task[P]]:
    """Declare an `async def` function as the work behind `name`, which must be unique.

    The function itself is returned, so tests call it directly. Greater `priority` runs first.
    Without `retry` the default one is taken; `Retry(attempts_max=1)` does not repeat failures.
    One that is `audited` changes or reads what is sensitive: each run has its entry in the trail.
    """

    def declare(function: Task[P]) -> Task[P]:
        _register(function, name=name, retry=retry, queue=queue, priority=priority, audited=audited)
        return function

    return declare


def periodic(
    *,
    name: str,
    cron: str,
    retry: Retry | None = None,
    queue: str = "default",
    priority: int = 0,
    audited: bool = False,
) -> Callable[[Task[[]]], Task[[]]]:
    """Declare work that is enqueued once for each time of `cron` (UTC), by whichever worker.

    A time is left out while the job of an earlier one still waits, or when no worker ran for ten
    minutes after it. A sixth field of `cron` stands for seconds.
    """

    def declare(function: Task[[]]) -> Task[[]]:
        declared = _register(
            function,
            name=name,
            retry=retry,
            queue=queue,
            priority=priority,
            audited=audited,
            queueing_lock=name,
        )
        registry.periodic(cron=cron)(declared)
        return function

    return declare


def task_names() -> frozenset[str]:
    """Return the names of all tasks declared by the modules imported so far."""
    return frozenset(registry.tasks)


def _register(
    function: Callable[..., Awaitable[None]],
    *,
    name: str,
    retry: Retry | None,
    queue: str,
    priority: int,
    audited: bool,
    queueing_lock: str | None = None,
) -> Any:  # noqa: ANN401 - procrastinate's Task, whose type parameters say nothing here
    async def run(context: procrastinate.JobContext, /, **arguments: Any) -> None:  # noqa: ANN401
        work: Work = context.additional_context[WORK]
        timestamp = arguments.pop("timestamp", None) if queueing_lock else None
        given = JobContext(
            database=work.database,
            at=work.clock(),
            attempt=context.job.attempts + 1,
            scheduled_for=None if timestamp is None else datetime.fromtimestamp(timestamp, UTC),
        )
        with (
            structlog.contextvars.bound_contextvars(task=name, job_id=context.job.id),
            audit.by(audit.during(f"job-{context.job.id}")),
        ):
            running = _measured(name, function(given, **arguments))
            await (_audited(name, running, work, arguments) if audited else running)

    if name in registry.tasks:
        msg = f"two tasks have the name {name!r}"
        raise ValueError(msg)
    return registry.task(
        name=name,
        queue=queue,
        priority=priority,
        pass_context=True,
        queueing_lock=queueing_lock,
        retry=RetryStrategy(retry or Retry(first_seconds=2.0, longest_seconds=3600.0)),
    )(run)


async def _measured(name: str, running: Awaitable[None]) -> None:
    began = time.perf_counter()
    outcome = "failed"
    try:
        await running
        outcome = "succeeded"
    except asyncio.CancelledError:
        outcome = "stopped"
        raise
    finally:
        ENDED.labels(name, outcome).inc()
        SECONDS.labels(name).observe(time.perf_counter() - began)


async def _audited(
    name: str, running: Awaitable[None], work: Work, arguments: Mapping[str, Any]
) -> None:
    """Run a job and write how it ended into the trail; without that the run counts as failed."""
    about, named = next(
        ((key.removesuffix("_id"), id_) for key, id_ in arguments.items() if key.endswith("_id")),
        (None, None),
    )
    entry = audit.Entry(action=f"{name}.run", object_type=about, object_id=named)
    try:
        await running
    except Exception as error:
        code = error.code if isinstance(error, TongbaoError) else UNEXPECTED
        await _write(work, entry._replace(outcome="failed", code=code))
        raise
    await _write(work, entry)


async def _write(work: Work, entry: audit.Entry) -> None:
    async with work.database.write() as tx:
        await audit.record(tx, [entry], at=work.clock())


class RetryStrategy(BaseRetryStrategy):
    """Tells procrastinate whether and when to run a job again."""

    def __init__(self, retry: Retry) -> None:
        self.retry = retry

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to try again, or None for never.

        A job stopped with its worker is always taken up again. A refusal by a rule of ours is
        final unless time may change it.
        """
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, TongbaoError) and exception.kind not in _PASSING:
            return None
        delay = self.retry.delay(job.attempts + 1)
        if delay is None:
            return None
        return RetryDecision(retry_in={"milliseconds": round(delay.total_seconds() * 1000)})
