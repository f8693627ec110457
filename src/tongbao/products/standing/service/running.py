"""The run that pays each day's standing orders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tongbao.infra import runs
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.text import Text
from tongbao.products.standing.service.paying import pay_due, retry_due

NAME: Final = "standing_orders"
TASK: Final = "standing.pay"
STEPS: Final = (runs.Step("standing.pay", pay_due), runs.Step("standing.retry", retry_due))


async def pay_days(
    database: Database,
    *,
    at: datetime,
    upto: date | None = None,
    steps: Sequence[runs.Step] = STEPS,
) -> list[date]:
    """Pay what falls due on each day not paid yet, up to today or `upto`; return the days.

    Several at once do no harm: one works, the others wait and find it done. Raises
    `runs.DayNotOver` for a day that has not begun, `runs.StepFailed`.
    """
    async with database.read() as tx:
        days = await _days(tx, upto, at)
    for day in days:
        await runs.carry_out(database, name=NAME, day=day, steps=steps, clock=lambda: at)
    return days


async def _days(tx: ReadSession, upto: date | None, at: datetime) -> list[date]:
    today = business_date(at)
    last = upto or today
    if last > today:
        raise runs.DayNotOver(day=last.isoformat(), business_date=today.isoformat())
    done = await runs.last_finished(tx, NAME)
    begin = last if done is None else done + timedelta(days=1)
    return [begin + timedelta(days=number) for number in range((last - begin).days + 1)]


async def _check(tx: ReadSession, day: date | None, at: datetime) -> None:
    await _days(tx, day, at)


runs.declare(
    runs.Startable(
        name=NAME, title=Text(zh="定期付款", en="Standing orders"), task=TASK, check=_check
    )
)
