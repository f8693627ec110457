"""Housekeeping that belongs to no module."""

from datetime import date

import structlog

from tongbao.app import eod, tables
from tongbao.infra import idempotency, jobs, retention
from tongbao.infra.tables import Base
from tongbao.kernel.clock import now

_log = structlog.stdlib.get_logger(__name__)


@jobs.periodic(name="infra.idempotency.purge", cron="41 * * * *")
async def purge_answers(context: jobs.JobContext) -> None:
    """Delete the stored answers whose time is over."""
    await idempotency.purge(context.database, at=context.at)


@jobs.periodic(name="infra.retention.delete_over", cron="7 19 * * *", audited=True)
async def delete_over(context: jobs.JobContext) -> None:
    """Delete the rows that are kept no longer, table by table."""
    tables.load()
    for rule in retention.rules(Base):
        deleted = await retention.delete_over(context.database, rule, at=context.at)
        if deleted:
            _log.info("rows_past_their_time_deleted", table=rule.table, rows=deleted)


@jobs.task(name=eod.TASK)
async def end_of_day(context: jobs.JobContext, *, day: str | None = None) -> None:
    """End the days that are missing, up to the one named or up to yesterday."""
    upto = None if day is None else date.fromisoformat(day)
    await eod.end_days(context.database, clock=now, upto=upto)


@jobs.periodic(name="app.end_of_day.nightly", cron="3 * * * *")
async def end_of_day_nightly(context: jobs.JobContext) -> None:
    """End the day three minutes after midnight; each hour, so that a night without a worker passes.

    When nothing is missing, nothing is done.
    """
    await eod.end_days(context.database, clock=now)
