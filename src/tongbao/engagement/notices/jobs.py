"""Housekeeping: feeds of people who have gone, and inboxes that are too full."""

from typing import Final

from tongbao.engagement.notices import service
from tongbao.engagement.notices.service.feed import LAPSED_MAX
from tongbao.infra import jobs

ROUNDS_MAX: Final = 100


@jobs.periodic(name="notices.lapse", cron="*/10 * * * *")
async def lapse(context: jobs.JobContext) -> None:
    """Stop writing the feeds of people who have been away for an hour."""
    for _ in range(ROUNDS_MAX):
        async with context.database.write() as tx:
            gone = await service.lapse(tx, at=context.at)
        if gone < LAPSED_MAX:
            break


@jobs.periodic(name="notices.trim", cron="41 3 * * *")
async def trim(context: jobs.JobContext) -> None:
    """Delete the oldest notices of people who have more than anybody reads."""
    for _ in range(ROUNDS_MAX):
        async with context.database.write() as tx:
            if not await service.trim(tx):
                break
