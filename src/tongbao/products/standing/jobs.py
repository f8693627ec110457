"""What the worker does for standing orders."""

from datetime import date

from tongbao.infra import jobs
from tongbao.products.standing import service


@jobs.task(name=service.TASK)
async def pay_standing_orders(context: jobs.JobContext, *, day: str | None = None) -> None:
    """Pay what falls due on the days that are missing, up to the one named or to today."""
    upto = None if day is None else date.fromisoformat(day)
    await service.pay_days(context.database, at=context.at, upto=upto)


@jobs.periodic(name="standing.pay_daily", cron="17 * * * *")
async def pay_daily(context: jobs.JobContext) -> None:
    """Pay the day's orders soon after midnight, and look each hour whether a day is missing."""
    await service.pay_days(context.database, at=context.at)
