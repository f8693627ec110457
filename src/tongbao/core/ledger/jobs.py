"""Housekeeping of the ledger."""

from tongbao.core.ledger import service
from tongbao.infra import jobs


@jobs.periodic(name="ledger.roll_up", cron="* * * * *")
async def roll_up(context: jobs.JobContext) -> None:
    """Fold the tails of internal accounts, so that reading their balance stays cheap."""
    async with context.database.write() as tx:
        await service.roll_up(tx)


@jobs.periodic(name="ledger.expire", cron="* * * * *")
async def expire(context: jobs.JobContext) -> None:
    """Release what pending transactions hold whose time is over."""
    expired = service.EXPIRED_MAX
    while expired == service.EXPIRED_MAX:
        async with context.database.write() as tx:
            expired = await service.expire(tx, at=context.at)
