"""Work done later, by the worker: declared with `task`, enqueued with `defer`.

::

    @jobs.task(name="lending.process")
    async def process(context: jobs.JobContext, *, application_id: str) -> None: ...

    await jobs.defer(tx, "lending.process", {"application_id": str(id)})
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec

from tongbao.infra.db import Database, WriteSession

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job is given: the database to open transactions on, and the clock's reading."""

    database: Database
    at: datetime
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how long to try again: `first_seconds` doubled each time, with jitter."""

    attempts_max: int = 8
    first_seconds: float = 2.0
    longest_seconds: float = 3600.0


Task = Callable[Concatenate[JobContext, P], Awaitable[None]]


def task(*, name: str, retry: Retry | None = None) -> Callable[[Task[P]], Task[P]]:
    """Declare an `async def` function as the work behind `name`, which must be unique."""
    raise NotImplementedError


def periodic(*, name: str, cron: str, retry: Retry | None = None) -> Callable[[Task[[]]], Task[[]]]:
    """Declare work that is enqueued by the clock, once per time of `cron` (UTC)."""
    raise NotImplementedError


async def defer(
    tx: WriteSession,
    task_name: str,
    args: Mapping[str, object],
    *,
    at: datetime | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
) -> int:
    """Enqueue a job on the caller's transaction and return its id; not to run before `at`."""
    raise NotImplementedError
