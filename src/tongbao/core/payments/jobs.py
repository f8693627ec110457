"""What the worker does for payments."""

from uuid import UUID

from tongbao.core.payments import service
from tongbao.infra import jobs


@jobs.task(name=service.ISSUE_RECEIPT_JOB)
async def issue_receipt(context: jobs.JobContext, *, receipt_id: str) -> None:
    """Set and seal a receipt that was ordered."""
    await service.issue_receipt(context.database, receipt_id=UUID(receipt_id), at=context.at)
