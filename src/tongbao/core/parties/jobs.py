"""What the worker does for parties: checks, reviews, warnings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from tongbao.core.parties import service
from tongbao.infra import jobs
from tongbao.infra.db import WriteSession
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

BATCHES_MAX: Final = 500
"""Batches one run of a daily job works at most; the next run goes on."""


class Batch(Protocol):
    """Something done for those that are due, some at a time; returns nobody when none is left."""

    async def __call__(self, tx: WriteSession, *, at: datetime) -> Sequence[object]:
        """Do it for some."""


_asked: list[service.Outside] = []


def ask(outside: service.Outside) -> None:
    """Check the cases of this process with other services than the settings name."""
    _asked[:] = [outside]


def _outside() -> service.Outside:
    if not _asked:
        ask(service.connect_outside(Settings()))
    return _asked[0]


@jobs.task(name=service.CHECK_JOB, audited=True)
async def check_case(context: jobs.JobContext, *, case_id: str) -> None:
    """Check a case. A service that does not answer is no failure of the job: the case waits."""
    await service.check(context.database, _outside(), case_id=UUID(case_id), clock=now)


@jobs.task(name=service.READ_JOB)
async def read_pictures(context: jobs.JobContext, *, case_id: str) -> None:
    """Read the pictures of a case for whoever fills in its form."""
    await service.read_pictures(context.database, _outside(), case_id=UUID(case_id), clock=now)


@jobs.periodic(name="parties.warn_of_expiry", cron="13 1 * * *")
async def warn_of_expiry(context: jobs.JobContext) -> None:
    """Warn of documents that end, in the morning in China."""
    await _until_none_is_left(context, service.warn_of_expiry)


@jobs.periodic(name="parties.open_reviews", cron="23 1 * * *")
async def open_reviews(context: jobs.JobContext) -> None:
    """Open the reviews that are due, in the morning in China."""
    await _until_none_is_left(context, service.open_reviews)


@jobs.periodic(name="parties.open_renewals", cron="33 1 * * *")
async def open_renewals(context: jobs.JobContext) -> None:
    """Open cases for identity documents that have ended, in the morning in China."""
    await _until_none_is_left(context, service.open_renewals)


@jobs.periodic(name="parties.lower_overdue", cron="43 1 * * *", audited=True)
async def lower_overdue(context: jobs.JobContext) -> None:
    """Lower the levels of those who left their re-verification undone, in the morning in China."""
    await _until_none_is_left(context, service.lower_overdue)


async def _until_none_is_left(context: jobs.JobContext, work: Batch) -> None:
    """Work batch after batch, each a transaction: what was killed between goes on where it was."""
    for _ in range(BATCHES_MAX):
        async with context.database.write() as tx:
            done = await work(tx, at=context.at)
        if not done:
            break
