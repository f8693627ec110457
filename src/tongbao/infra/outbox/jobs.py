"""Housekeeping of the outbox."""

from datetime import timedelta
from typing import Final

import structlog

from tongbao.infra import jobs
from tongbao.infra.outbox.measures import PRUNED_MAX, prune

KEPT: Final = timedelta(days=90)
TRANSACTIONS_MAX: Final = 100

logger = structlog.get_logger(__name__)


@jobs.periodic(name="infra.outbox.prune", cron="23 * * * *")
async def prune_outbox(context: jobs.JobContext) -> None:
    """Remove events older than `KEPT` that every consumer has read; the rest next hour."""
    removed = 0
    for _ in range(TRANSACTIONS_MAX):
        async with context.database.write() as tx:
            some = await prune(tx, before=context.at - KEPT)
        removed += some
        if some < PRUNED_MAX:
            break
    if removed:
        logger.info("outbox pruned", events=removed)
