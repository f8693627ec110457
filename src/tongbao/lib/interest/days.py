"""How many days and years lie between two dates, and the dates of periods.

Periods are [from, to): the first day counts, the last one does not (算头不算尾).
"""

from calendar import isleap, monthrange
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

MONTHS_OF_YEAR: Final = 12
_MONTH_360: Final = 30
_MONTHS_MAX: Final = 12 * 200


class DayCount(StrEnum):
    """A day-count convention; the names of ISDA 2006, section 4.16."""

    ACT_360 = "act/360"
    ACT_365 = "act/365"
    """Actual/365 (Fixed): a leap year earns 366 / 365 of the annual rate."""
    ACT_ACT = "act/act"
    """Actual/Actual (ISDA): each day is one 365th, or one 366th in a leap year."""
    THIRTY_360 = "30/360"
    """30E/360: months of 30 days; the 31st is the 30th."""


def days_between(start: date, end: date, convention: DayCount) -> int:
    """Return the days of [start, end): actual ones, or those of months of 30 days.

    `end` is not before `start`.
    """
    assert start <= end, f"a period from {start} to {end} runs backwards"
    if convention is not DayCount.THIRTY_360:
        return (end - start).days
    months = (end.year - start.year) * MONTHS_OF_YEAR + end.month - start.month
    return months * _MONTH_360 + min(end.day, _MONTH_360) - min(start.day, _MONTH_360)


def years_between(start: date, end: date, convention: DayCount) -> Fraction:
    """Return the exact share of a year that [start, end) is."""
    if convention is DayCount.ACT_ACT:
        return _years_actual(start, end)
    basis = 365 if convention is DayCount.ACT_365 else 360
    return Fraction(days_between(start, end, convention), basis)


def year_basis(day: date, convention: DayCount) -> int:
    """Return the days of the year that the rate of this one `day` is divided by."""
    match convention:
        case DayCount.ACT_365:
            return 365
        case DayCount.ACT_ACT:
            return _days_of_year(day.year)
        case _:
            return 360


def add_months(anchor: date, months: int) -> date:
    """Return the date `months` after `anchor`, on the month's last day where it has no such day.

    Always ask from the first anchor, never from the answer before: 31 January gives 28 February
    and then 31 March. `months` is 0 to 2,400.
    """
    assert 0 <= months <= _MONTHS_MAX, f"{months} months are no term"
    year, month = divmod(anchor.year * MONTHS_OF_YEAR + anchor.month - 1 + months, MONTHS_OF_YEAR)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> tuple[int, int]:
    """Return the whole months of [start, end) and the odd days behind them (对月对日).

    A month is whole when its day comes round again, or its last day where there is no such day.
    """
    assert start <= end, f"a period from {start} to {end} runs backwards"
    months = (end.year - start.year) * MONTHS_OF_YEAR + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months, (end - add_months(start, months)).days


def _years_actual(start: date, end: date) -> Fraction:
    assert start <= end, f"a period from {start} to {end} runs backwards"
    if start.year == end.year:
        return Fraction((end - start).days, _days_of_year(start.year))
    first = Fraction((date(start.year + 1, 1, 1) - start).days, _days_of_year(start.year))
    last = Fraction((end - date(end.year, 1, 1)).days, _days_of_year(end.year))
    return first + (end.year - start.year - 1) + last


def _days_of_year(year: int) -> int:
    return 366 if isleap(year) else 365
