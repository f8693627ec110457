"""What the worker does for consents and agreements."""

from uuid import UUID

from tongbao.core.agreements import service
from tongbao.core.agreements.service.signing import SEAL_JOB
from tongbao.infra import jobs


@jobs.periodic(name="agreements.end_what_is_over", cron="3 * * * *", audited=True)
async def end_what_is_over(context: jobs.JobContext) -> None:
    """Note which consents' time is over, tell whoever depends, and drop stale requests."""
    async with context.database.write() as tx:
        await service.expire_consents(tx, at=context.at)
    async with context.database.write() as tx:
        await service.delete_stale_requests(tx, at=context.at)


@jobs.task(name=SEAL_JOB, audited=True)
async def seal_document(context: jobs.JobContext, *, agreement_id: str) -> None:
    """Make the document of a signed agreement, under our seal."""
    await service.seal_document(context.database, agreement_id=UUID(agreement_id), at=context.at)
