"""The end of day: what is done with each business day when it is over, in order and once.

Days follow one another without gaps. The first is the day of the first booking, or the one that
`TONGBAO_END_OF_DAY_FIRST` names.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra import runs
from tongbao.infra.db import Database
from tongbao.infra.runs.engine import Told
from tongbao.kernel.clock import business_date
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

NAME: Final = "end_of_day"

STEPS: Final = (
    runs.Step("cut_off", ledger.cut_off),
    runs.Step("accounts.value_dated", accounts.value_dated),
    runs.Step("accounts.accrue", accounts.accrue),
    runs.Step("accounts.capitalise", accounts.capitalise),
)
"""In order. Names are stored: a step keeps its name, and a new one may be put anywhere."""


class DayOutOfOrder(TongbaoError):
    """Days follow one another: another day is next."""

    code = "end_of_day.out_of_order"
    kind = Kind.CONFLICT
    title = Text(zh="日终须按日期顺序进行", en="Days end in order")
    detail = Text(
        zh="{day} 不能日终:下一个待处理的营业日是 {next_day}",
        en="{day} cannot be ended: the next business day to end is {next_day}",
    )


async def missing_days(
    database: Database, *, at: datetime, first: date | None = None
) -> list[date]:
    """Return the days that are over and were not ended yet, the earliest first.

    `first` says where to begin with a ledger whose days were never ended.
    """
    last = await runs.last_finished(database, NAME)
    if last is not None:
        begin: date | None = last + timedelta(days=1)
    elif first is not None:
        begin = first
    else:
        async with database.read() as tx:
            begin = await ledger.first_day(tx)
    if begin is None:
        return []
    count = (business_date(at) - begin).days
    return [begin + timedelta(days=number) for number in range(count)]


async def end_days(
    database: Database,
    *,
    clock: Callable[[], datetime],
    upto: date | None = None,
    first: date | None = None,
    steps: Sequence[runs.Step] = STEPS,
    told: Callable[[date], Told] | None = None,
) -> list[date]:
    """End every day that is missing, up to `upto` (None: up to yesterday); return those ended.

    Raises:
        ledger.DayNotOver: `upto` is not over.
        DayOutOfOrder: `upto` lies before the first day there is to end.
        StepFailed: a step failed; what was done is kept.
    """
    today = business_date(clock())
    if upto is not None and upto >= today:
        raise ledger.DayNotOver(day=upto.isoformat(), business_date=today.isoformat())
    last = await runs.last_finished(database, NAME)
    if upto is not None and last is not None and upto <= last:
        return []
    days = await missing_days(database, at=clock(), first=first)
    if upto is not None:
        if days and upto < days[0]:
            raise DayOutOfOrder(day=upto.isoformat(), next_day=days[0].isoformat())
        days = [day for day in days if day <= upto]
    for day in days:
        hears = {} if told is None else {"told": told(day)}
        await runs.carry_out(database, name=NAME, day=day, steps=steps, clock=clock, **hears)
    return days
