"""What the worker does for reconciliation."""

import structlog

from tongbao.core.channels import service as channels
from tongbao.core.reconciliation import service
from tongbao.infra import jobs
from tongbao.kernel.errors import TongbaoError

_log = structlog.stdlib.get_logger(__name__)


@jobs.periodic(name="reconciliation.fetch", cron="17 * * * *")
async def fetch(context: jobs.JobContext) -> None:
    """Fetch and reconcile each day that is missing; each hour, as files come when they come.

    A file that is not there, or wrong, keeps no other from being looked at.
    """
    for channel in channels.features():
        async with context.database.read() as tx:
            days = await service.missing_days(tx, channel=channel, at=context.at)
        for day in days:
            try:
                done = await service.fetch_day(
                    context.database, channel=channel, day=day, at=context.at
                )
            except TongbaoError as error:
                _log.warning("day_not_reconciled", channel=channel, day=str(day), reason=error.code)
            else:
                _log.info("day_reconciled", channel=channel, day=str(day), broken=done.broken)


@jobs.periodic(name="reconciliation.watch", cron="23 1 * * *")
async def watch(context: jobs.JobContext) -> None:
    """Measure suspense each morning in China, and alert to what is in it too long."""
    async with context.database.write() as tx:
        overdue = await service.watch(tx, at=context.at)
    for each in overdue:
        _log.error(
            "suspense_not_zero", channel=each.channel, currency=each.currency, cases=each.cases
        )
