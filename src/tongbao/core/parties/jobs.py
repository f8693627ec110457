"""What the worker does for parties: checks, reviews, warnings."""

from typing import Final
from uuid import UUID

from tongbao.core.parties import service
from tongbao.infra import jobs
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

BATCHES_MAX: Final = 500
"""Batches one run of a daily job works at most; the next run goes on."""

_asked: list[service.Outside] = []


def ask(outside: service.Outside) -> None:
    """Check the cases of this process with other services than the settings name."""
    _asked[:] = [outside]


def _outside() -> service.Outside:
    if not _asked:
        ask(service.connect_outside(Settings()))
    return _asked[0]


@jobs.task(name=service.CHECK_JOB)
async def check_case(context: jobs.JobContext, *, case_id: str) -> None:
    """Check a case. A service that does not answer is no failure of the job: the case waits."""
    await service.check(context.database, _outside(), case_id=UUID(case_id), clock=now)


@jobs.periodic(name="parties.warn_of_expiry", cron="13 1 * * *")
async def warn_of_expiry(context: jobs.JobContext) -> None:
    """Warn of documents that end, in the morning in China."""
    for _ in range(BATCHES_MAX):
        async with context.database.write() as tx:
            told = await service.warn_of_expiry(tx, at=context.at)
        if not told:
            break


@jobs.periodic(name="parties.open_reviews", cron="23 1 * * *")
async def open_reviews(context: jobs.JobContext) -> None:
    """Open the reviews that are due, in the morning in China."""
    for _ in range(BATCHES_MAX):
        async with context.database.write() as tx:
            told = await service.open_reviews(tx, at=context.at)
        if not told:
            break
