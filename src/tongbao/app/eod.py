"""The end of day: what is done with each business day when it is over, in order and once.

Days follow one another without gaps. The first is the day of the first booking, or the one that
the setting `end_of_day_first` names.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.statements import service as statements
from tongbao.infra import runs
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.text import Text
from tongbao.products.deposits import service as deposits

NAME: Final = "end_of_day"
TASK: Final = "app.end_of_day"

STEPS: Final = (
    runs.Step("cut_off", ledger.cut_off),
    runs.Step("accounts.value_dated", accounts.value_dated),
    runs.Step("accounts.accrue", accounts.accrue),
    runs.Step("deposits.accrue", deposits.accrue),
    runs.Step("deposits.collect", deposits.collect),
    runs.Step("deposits.mature", deposits.mature),
    runs.Step("accounts.capitalise", accounts.capitalise),
    runs.Step("accounts.dormancy", accounts.fall_asleep),
    runs.Step("statements.close_month", statements.close_month),
)
"""In order. Names are stored: a step keeps its name, and a new one may be put anywhere."""

Clock = Callable[[], datetime]
_first_named: dict[str, date] = {}


def begin_with(day: date | None) -> None:
    """Say which day is the first to be ended; None: that of the first booking."""
    _first_named.clear()
    if day is not None:
        _first_named[NAME] = day


async def next_day(tx: ReadSession) -> date | None:
    """Return the first day that was not ended yet; None: nothing was ever booked."""
    last = await runs.last_finished(tx, NAME)
    if last is not None:
        return last + timedelta(days=1)
    return _first_named.get(NAME) or await ledger.first_day(tx)


async def days_to_end(tx: ReadSession, upto: date | None, at: datetime) -> list[date]:
    """Return the days that are to be ended, the earliest first; `upto` None: up to yesterday.

    Raises:
        runs.DayNotOver: `upto` is not over.
        runs.DayOutOfOrder: `upto` lies before the first day there ever is to end.
    """
    today = business_date(at)
    if upto is not None and upto >= today:
        raise runs.DayNotOver(day=upto.isoformat(), business_date=today.isoformat())
    begin = await next_day(tx)
    if begin is None:
        return []
    if upto is not None and upto < begin and await runs.last_finished(tx, NAME) is None:
        raise runs.DayOutOfOrder(day=upto.isoformat(), first_day=begin.isoformat())
    last = upto or today - timedelta(days=1)
    return [begin + timedelta(days=number) for number in range((last - begin).days + 1)]


async def end_days(
    database: Database,
    *,
    clock: Clock,
    upto: date | None = None,
    steps: Sequence[runs.Step] = STEPS,
    told: Callable[[date], runs.Told] | None = None,
) -> list[date]:
    """End every day that is missing, up to `upto` (None: up to yesterday); return which they were.

    Several at once do no harm: one works, the others wait and find it done. Raises as
    `days_to_end`, and `runs.StepFailed`: what was done is kept, and the next call goes on.
    """
    async with database.read() as tx:
        days = await days_to_end(tx, upto, clock())
        last = await runs.last_finished(tx, NAME)
    if last is not None:
        runs.note_finished(NAME, last)  # whoever ended it, and before this process began
    for day in days:
        hears = {} if told is None else {"told": told(day)}
        await runs.carry_out(database, name=NAME, day=day, steps=steps, clock=clock, **hears)
    return days


async def _check(tx: ReadSession, day: date | None, at: datetime) -> None:
    await days_to_end(tx, day, at)


runs.declare(
    runs.Startable(name=NAME, title=Text(zh="日终", en="End of day"), task=TASK, check=_check)
)
