"""What the worker does for payments."""

from uuid import UUID

from tongbao.core.payments import service
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.core.payments.service.orders.receiving import RECEIVE_JOB
from tongbao.core.payments.service.recalls.requesting import RECALL_JOB
from tongbao.infra import jobs
from tongbao.kernel.clock import now


@jobs.periodic(name=DRIVE_JOB, cron="* * * * * */5", priority=10)
async def drive(context: jobs.JobContext) -> None:
    """Take every order that is due one step further; one just made wakes this at once."""
    await service.drive(context.database, clock=now)


@jobs.periodic(name=RECALL_JOB, cron="* * * * * */15")
async def recall(context: jobs.JobContext) -> None:
    """Take every recall that is due one step further; one just requested wakes this at once."""
    await service.drive_recalls(context.database, clock=now)


@jobs.task(
    name=RECEIVE_JOB,
    retry=jobs.Retry(attempts_max=200, first_seconds=2.0, longest_seconds=3600.0),
    priority=10,
)
async def receive(
    context: jobs.JobContext, *, channel: str, callback_id: str, reference: str
) -> None:
    """Book money that came in or back, once its channel confirms it: asked for a week."""
    await service.receive(
        context.database,
        channel=channel,
        callback_id=UUID(callback_id),
        reference=reference,
        clock=now,
    )


@jobs.task(name=service.ISSUE_RECEIPT_JOB)
async def issue_receipt(context: jobs.JobContext, *, receipt_id: str) -> None:
    """Set and seal a receipt that was ordered."""
    await service.issue_receipt(context.database, receipt_id=UUID(receipt_id), at=context.at)
