"""Housekeeping of proposals."""

from tongbao.infra import jobs
from tongbao.infra.proposals import service


@jobs.periodic(name="infra.proposals.expire", cron="* * * * *")
async def expire(context: jobs.JobContext) -> None:
    """End the proposals whose time is over; each run a bounded number."""
    async with context.database.write() as tx:
        await service.expire(tx, at=context.at)
