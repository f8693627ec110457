"""What the worker does for links and requests."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Final, Protocol

from tongbao.infra import jobs
from tongbao.infra.db import WriteSession
from tongbao.products.collecting import service

BATCHES_MAX: Final = 100


class Batch(Protocol):
    """Some of the work, in one transaction; returns how much it was."""

    def __call__(self, tx: WriteSession, *, at: datetime) -> Awaitable[int]:
        """Do it."""


STEPS: Final[tuple[Batch, ...]] = (
    service.remind_payers,
    service.expire_links,
    service.expire_requests,
)


@jobs.periodic(name="collecting.expire", cron="* * * * *")
async def expire(context: jobs.JobContext) -> None:
    """End what is over and remind of what will be; what was killed half-way goes on next time."""
    for step in STEPS:
        for _ in range(BATCHES_MAX):
            async with context.database.write() as tx:
                if not await step(tx, at=context.at):
                    break
