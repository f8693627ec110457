"""What is done about users later: telling them, and tidying up."""

from tongbao.core.identity import service
from tongbao.infra import jobs


@jobs.task(name="identity.note_refusals")
async def note_refusals(context: jobs.JobContext, *, user_id: str | None, address: str) -> None:
    """Tell a user that many log-ins were refused; do nothing where there is none.

    It is enqueued for logins that do not exist as well, so that the refusals take equally long.
    """
    if user_id is None:
        return
    async with context.database.write() as tx:
        await service.note_refusals(tx, user_id=user_id, address=address, at=context.at)


@jobs.periodic(name="identity.purge", cron="23 * * * *")
async def purge(context: jobs.JobContext) -> None:
    """Delete what is over: sessions, codes, challenges, counts of attempts."""
    async with context.database.write() as tx:
        await service.purge(tx, at=context.at)
