"""The days a statement covers, both ends included, as people say them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from tongbao.core.statements.domain.errors import DayInFuture, PeriodTooLong, PeriodUpsideDown
from tongbao.kernel.clock import business_date, midnight

DAYS_MAX: Final = 3 * 366
"""About three years: what one statement covers."""
EARLIEST: Final = date(2000, 1, 1)
_DAY: Final = timedelta(days=1)


def month_of(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after that of `month`."""
    return (month_of(month) + timedelta(days=31)).replace(day=1)


def previous_month(month: date) -> date:
    """Return the first day of the month before that of `month`."""
    return month_of(month_of(month) - _DAY)


@dataclass(frozen=True, slots=True)
class Period:
    """Business days `first` to `last`, both included; by them movements are chosen as booked."""

    first: date
    last: date

    @classmethod
    def asked(cls, first: date, last: date, *, at: datetime) -> Self:
        """Return the period somebody asks for.

        Raises `PeriodUpsideDown`, `PeriodTooLong`, `DayInFuture`.
        """
        if first > last:
            raise PeriodUpsideDown(first=first.isoformat(), last=last.isoformat())
        check_begun(last, at=at)
        first = max(first, EARLIEST)
        if (last - first).days >= DAYS_MAX:
            raise PeriodTooLong(days_max=DAYS_MAX)
        return cls(first, max(first, last))

    @property
    def booked_from(self) -> datetime:
        """The first moment of the period."""
        return midnight(self.first)

    @property
    def booked_until(self) -> datetime:
        """The first moment after the period."""
        return midnight(self.last + _DAY)

    def over(self, at: datetime) -> bool:
        """Whether nothing more can be booked in it."""
        return business_date(at) > self.last

    @property
    def begins_month(self) -> bool:
        """Whether it begins on the first day of a month."""
        return self.first.day == 1

    @property
    def ends_month(self) -> bool:
        """Whether it ends on the last day of a month."""
        return (self.last + _DAY).day == 1

    def months(self) -> Iterator[date]:
        """Yield the first days of the months it touches, in order."""
        month = month_of(self.first)
        while month <= self.last:
            yield month
            month = next_month(month)


def check_begun(day: date, *, at: datetime) -> None:
    """Raise `DayInFuture` for a day after that of `at`."""
    today = business_date(at)
    if day > today:
        raise DayInFuture(day=day.isoformat(), today=today.isoformat())
