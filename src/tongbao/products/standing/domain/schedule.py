"""When a standing order falls due.

Each due date has a number from 0 on and a *nominal* date, worked out from the first date and never
from the one before: a month without a 31st has its last day, and the next month its 31st again. On
a day that banks are closed it may move to the business day after or before. Two dates that so come
to fall on one day are both paid: nothing that was ordered is lost.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tongbao.kernel.clock import Calendar, MainlandCalendar
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

CALENDAR: Final = MainlandCalendar()

EVERY_MAX: Final = 366
COUNT_MAX: Final = 9_999
LAST_YEAR: Final = 2200
_MONTHS: Final = 12


class ScheduleUnit(StrEnum):
    """How often."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class HolidayRule(StrEnum):
    """What becomes of a date on which banks are closed."""

    AS_IS = "as_is"
    NEXT = "next"
    PREVIOUS = "previous"


class ScheduleWrong(TongbaoError):
    """A schedule that names no days, or other ones than it seems to."""

    code = "standing.schedule_wrong"
    title = Text(zh="付款计划不正确", en="The schedule is not one")
    detail = Text(zh="请检查 {field}", en="Please check {field}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a standing order; it ends with `last_on` or after `count` dates, or never.

    `every` days, weeks or months; `month_day` is the day wanted of each month.
    """

    first_on: date
    unit: ScheduleUnit
    every: int = 1
    month_day: int | None = None
    holidays: HolidayRule = HolidayRule.AS_IS
    last_on: date | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        """Refuse what says one thing and means another. Raises `ScheduleWrong`."""
        once = self.unit is ScheduleUnit.ONCE
        wrong = {
            "first_on": self.first_on.year > LAST_YEAR,
            "every": not 1 <= self.every <= EVERY_MAX or (once and self.every != 1),
            "last_on": self.last_on is not None
            and (once or self.last_on < self.first_on or self.last_on.year > LAST_YEAR),
            "count": self.count is not None and (once or not 1 <= self.count <= COUNT_MAX),
            "month_day": self.month_day is not None
            and (self.unit is not ScheduleUnit.MONTH or not self._begins_on(self.month_day)),
        }
        for field, is_wrong in wrong.items():
            if is_wrong:
                raise ScheduleWrong(field=field)

    def _begins_on(self, month_day: int) -> bool:
        """Tell whether the first date is that day of its month."""
        first = self.first_on
        return month_day >= 1 and _day_of(first.year, first.month, month_day) == first

    def nominal(self, number: int) -> date | None:
        """Return the date of this number before holidays are looked at; None: it has ended."""
        if number >= (1 if self.unit is ScheduleUnit.ONCE else self.count or COUNT_MAX):
            return None
        steps = number * self.every
        match self.unit:
            case ScheduleUnit.MONTH:
                months = self.first_on.year * _MONTHS + self.first_on.month - 1 + steps
                year, month = divmod(months, _MONTHS)
                if year > LAST_YEAR:
                    return None
                found = _day_of(year, month + 1, self.month_day or self.first_on.day)
            case ScheduleUnit.WEEK:
                found = self.first_on + timedelta(weeks=steps)
            case _:
                found = self.first_on + timedelta(days=steps)
        is_over = self.last_on is not None and found > self.last_on
        return None if is_over or found.year > LAST_YEAR else found

    def due(self, number: int, calendar: Calendar) -> date | None:
        """Return the day on which the date of this number is paid; None: it has ended."""
        nominal = self.nominal(number)
        if nominal is None or self.holidays is HolidayRule.AS_IS:
            return nominal
        if self.holidays is HolidayRule.NEXT:
            return calendar.next_business_day(nominal)
        return calendar.previous_business_day(nominal)

    def upcoming(self, number: int, calendar: Calendar) -> Iterator[tuple[int, date, date]]:
        """Yield number, nominal date and due date from a number on, until it ends."""
        while (nominal := self.nominal(number)) is not None:
            due = self.due(number, calendar)
            assert due is not None, "what is nominal is due"
            yield number, nominal, due
            number += 1


def _day_of(year: int, month: int, day: int) -> date:
    """Return that day of a month, or its last one."""
    return date(year, month, min(day, monthrange(year, month)[1]))
