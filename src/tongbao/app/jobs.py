"""Housekeeping that belongs to no module."""

from tongbao.infra import idempotency, jobs


@jobs.periodic(name="infra.idempotency.purge", cron="41 * * * *")
async def purge_answers(context: jobs.JobContext) -> None:
    """Delete the stored answers whose time is over."""
    await idempotency.purge(context.database, at=context.at)
