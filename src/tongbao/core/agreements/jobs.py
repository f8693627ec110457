"""What the worker does for consents."""

from tongbao.core.agreements import service
from tongbao.infra import jobs


@jobs.periodic(name="agreements.end_what_is_over", cron="3 * * * *")
async def end_what_is_over(context: jobs.JobContext) -> None:
    """Note which consents' time is over, tell whoever depends, and drop stale requests."""
    async with context.database.write() as tx:
        await service.expire_consents(tx, at=context.at)
    async with context.database.write() as tx:
        await service.delete_stale_requests(tx, at=context.at)
