"""What the worker does for files: it pays them."""

from uuid import UUID

from tongbao.infra import jobs
from tongbao.kernel.clock import now
from tongbao.products.bulk import service


@jobs.task(name=service.JOB, audited=True)
async def execute(context: jobs.JobContext, *, file_id: str) -> None:
    """Pay what is left of a file; what was killed between two batches goes on where it was."""
    await service.pay(context.database, file_id=UUID(file_id), clock=now)
