"""Sending, looking for what became due, and forgetting what is old."""

from typing import Final
from uuid import UUID

from tongbao.infra import jobs
from tongbao.infra.webhooks import deliveries, delivering
from tongbao.infra.webhooks.fan_out import DELIVER, wake
from tongbao.infra.webhooks.nouns import KEPT
from tongbao.kernel.clock import now

TRANSACTIONS_MAX: Final = 100
PRIORITY: Final = -10  # what the bank does for its customers goes first


@jobs.task(name=DELIVER, priority=PRIORITY)
async def deliver(context: jobs.JobContext, *, endpoint_id: str) -> None:
    """Send what is due to one endpoint."""
    await delivering.send_due(context.database, UUID(endpoint_id), clock=now)


@jobs.periodic(name="infra.webhooks.sweep", cron="* * * * *")
async def sweep(context: jobs.JobContext) -> None:
    """Have sent what became due: second attempts, and what a stopped job left."""
    async with context.database.write() as tx:
        for endpoint_id in await deliveries.due_endpoints(tx, at=context.at):
            await wake(tx, endpoint_id)


@jobs.periodic(name="infra.webhooks.purge", cron="31 * * * *")
async def purge(context: jobs.JobContext) -> None:
    """Remove messages older than `KEPT` with their log; the rest next hour."""
    for _ in range(TRANSACTIONS_MAX):
        async with context.database.write() as tx:
            if await deliveries.purge(tx, before=context.at - KEPT) < deliveries.PURGED_MAX:
                break
