"""Housekeeping that belongs to no module."""

import structlog

from tongbao.app import tables
from tongbao.infra import idempotency, jobs, retention
from tongbao.infra.tables import Base

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
