"""Housekeeping of approvals."""

from tongbao.core.approvals import service
from tongbao.infra import jobs


@jobs.periodic(name="approvals.expire", cron="* * * * *")
async def expire(context: jobs.JobContext) -> None:
    """End the instructions whose time is over; each run a bounded number."""
    async with context.database.write() as tx:
        await service.expire(tx, at=context.at)
