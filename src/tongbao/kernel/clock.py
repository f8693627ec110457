"""The time: one place that reads it, the bank's dates, and the calendar of business days.

Instants are aware UTC datetimes, read once at the edge by `now` and passed down as `at`. Dates are
business dates in the bank's zone. A day is a business day by a `Calendar`.
"""

from datetime import UTC, date, datetime, time, timedelta
from time import time_ns
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import chinese_calendar

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

BANK_ZONE: Final = ZoneInfo("Asia/Shanghai")
BUSINESS_DAYS_MAX: Final = 10_000
CLOSED_DAYS_MAX: Final = 31

_KNOWN_YEARS: Final = frozenset(day.year for day in chinese_calendar.holidays)
_FRIDAY: Final = 4


class DateOutOfRange(TongbaoError):
    """The answer would lie outside the years 1 to 9999."""

    code = "clock.date_out_of_range"
    title = Text(zh="日期超出范围", en="Date out of range")


def now() -> datetime:
    """Return this instant in UTC. Only routers and jobs call it; everyone else is told `at`."""
    return datetime.now(UTC)


def now_us() -> int:
    """Return the same as microseconds since 1970, for what counts in them with every request."""
    return time_ns() // 1_000


def business_date(at: datetime, zone: ZoneInfo = BANK_ZONE) -> date:
    """Return the date in the bank's zone at the instant `at`; a naive one raises `ValueError`."""
    if at.utcoffset() is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    try:
        return at.astimezone(zone).date()
    except OverflowError as error:
        raise DateOutOfRange from error


def midnight(day: date, zone: ZoneInfo = BANK_ZONE) -> datetime:
    """Return the first moment of a day in the bank's zone."""
    return datetime.combine(day, time(), zone)


class Calendar(Protocol):
    """Which days a market or a country does business on."""

    def knows(self, day: date) -> bool:
        """Return whether the official holidays of that day's year are known."""
        ...

    def is_business_day(self, day: date) -> bool:
        """Return whether banks settle on `day`."""
        ...

    def next_business_day(self, on_or_after: date) -> date:
        """Return the first business day on or after the given one."""
        ...

    def previous_business_day(self, on_or_before: date) -> date:
        """Return the last business day on or before the given one."""
        ...

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th business day after `day` (before it, if negative)."""
        ...


class MainlandCalendar:
    """Business days of mainland China: weekdays less public holidays, plus make-up workdays (调休).

    Holidays are those the State Council announces each year, as the package `chinese_calendar`
    holds them. For a year it does not hold (`knows` is false) a business day is Monday to Friday:
    good enough for a forecast, so recompute due dates when the year's notice is out.

    Days are dates: a `datetime` raises `TypeError`, for it has no date until a zone is chosen
    (`business_date`). Answers beyond the years 1 to 9999 raise `DateOutOfRange`.
    """

    def knows(self, day: date) -> bool:
        """Return whether the official holidays of that day's year are known."""
        return _require_date(day).year in _KNOWN_YEARS

    def is_business_day(self, day: date) -> bool:
        """Return whether banks do business on `day`."""
        if self.knows(day):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() <= _FRIDAY

    def next_business_day(self, on_or_after: date) -> date:
        """Return the first business day on or after the given one."""
        return self._seek(on_or_after, 1)

    def previous_business_day(self, on_or_before: date) -> date:
        """Return the last business day on or before the given one."""
        return self._seek(on_or_before, -1)

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th business day strictly after `day`, or strictly before if negative.

        0 gives `next_business_day(day)`. `day` itself need not be a business day: one after a
        Saturday is Monday. Where a rule first rolls the day forward (T of an order placed on a
        Saturday is Monday), pass `next_business_day(day)`. `count` is at most `BUSINESS_DAYS_MAX`
        either way (`ValueError`).
        """
        if type(count) is not int or abs(count) > BUSINESS_DAYS_MAX:
            msg = f"counts at most {BUSINESS_DAYS_MAX} business days, not {count!r}"
            raise ValueError(msg)
        if count == 0:
            return self.next_business_day(day)
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = self._seek(_shift(day, step), step)
        return day

    def _seek(self, day: date, step: int) -> date:
        for _ in range(CLOSED_DAYS_MAX):
            if self.is_business_day(day):
                return day
            day = _shift(day, step)
        msg = f"no business day within {CLOSED_DAYS_MAX} days of {day}"
        raise AssertionError(msg)


def _require_date(day: date) -> date:
    if type(day) is not date:
        msg = f"a day is a date, not {type(day).__name__}"
        raise TypeError(msg)
    return day


def _shift(day: date, days: int) -> date:
    try:
        return _require_date(day) + timedelta(days=days)
    except OverflowError as error:
        raise DateOutOfRange from error
