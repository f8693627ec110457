"""What the worker does for payments."""

from tongbao.core.payments import service
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.infra import jobs
from tongbao.kernel.clock import now


@jobs.periodic(name=DRIVE_JOB, cron="* * * * * */5", priority=10)
async def drive(context: jobs.JobContext) -> None:
    """Take every order that is due one step further; one just made wakes this at once."""
    await service.drive(context.database, clock=now)
