"""What the worker does for reconciliation."""

import structlog

from tongbao.core.reconciliation import service
from tongbao.infra import jobs

_log = structlog.stdlib.get_logger(__name__)


@jobs.periodic(name="reconciliation.watch", cron="23 1 * * *")
async def watch(context: jobs.JobContext) -> None:
    """Measure suspense each morning in China, and alert to what is in it too long."""
    async with context.database.write() as tx:
        overdue = await service.watch(tx, at=context.at)
    for each in overdue:
        _log.error(
            "suspense_not_zero", channel=each.channel, currency=each.currency, cases=each.cases
        )
