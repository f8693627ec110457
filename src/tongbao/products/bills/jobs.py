"""What the worker does for bills."""

from uuid import UUID

from tongbao.infra import jobs
from tongbao.kernel.clock import now
from tongbao.products.bills import service


@jobs.periodic(name="bills.refresh_directory", cron="7 * * * *")
async def refresh_directory(context: jobs.JobContext) -> None:
    """Ask each hour who sends bills."""
    await service.refresh_directory(context.database, at=context.at)


@jobs.task(name=service.ASK_JOB, priority=10)
async def ask(context: jobs.JobContext, *, query_id: str) -> None:
    """Ask a biller what a customer owes."""
    await service.carry_out(context.database, UUID(query_id), at=context.at)


@jobs.periodic(name=service.DRIVE_JOB, cron="* * * * * */5", priority=10)
async def drive(context: jobs.JobContext) -> None:
    """Tell billers what was paid, and ask until known; a bill just paid wakes this at once."""
    await service.drive(context.database, clock=now)


@jobs.periodic(name="bills.pay_mandates", cron="37 * * * *")
async def pay_mandates(context: jobs.JobContext) -> None:
    """Pay by mandate what is open on the days agreed; looks each hour whether one was missed."""
    await service.pay_mandates(context.database, clock=now)
