"""What a loan costs: simple interest by the day on what is owed (ACT/360), paid with the principal.

The first day counts, the day of repayment does not; overdue days count one and a half times.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from tongbao.kernel.clock import MainlandCalendar
from tongbao.kernel.money import Money, Rate, Rounding

DAYS_A_YEAR: Final = 360
LATE_TIMES: Final = Fraction(3, 2)
_CALENDAR: Final = MainlandCalendar()


@dataclass(frozen=True, slots=True)
class Cost:
    """What is paid when a principal is repaid on a day; `days` include those that are late."""

    paid_on: date
    days: int
    late_days: int
    principal: Money
    interest: Money

    @property
    def total(self) -> Money:
        """Return principal and interest."""
        return self.principal + self.interest


def due_on(matures_on: date) -> date:
    """Return the day a loan is to be repaid: its last, or the next business day."""
    return _CALENDAR.next_business_day(matures_on)


def cost(
    principal: Money, *, annual_rate: Rate, disbursed_on: date, matures_on: date, paid_on: date
) -> Cost:
    """Return what repaying `principal` on a day takes, interest rounded half up to the fen."""
    assert paid_on >= disbursed_on, "nothing is repaid before it was paid out"
    days = (paid_on - disbursed_on).days
    late = max((paid_on - due_on(matures_on)).days, 0)
    share = annual_rate.fraction * (days - late + late * LATE_TIMES) / DAYS_A_YEAR
    return Cost(
        paid_on=paid_on,
        days=days,
        late_days=late,
        principal=principal,
        interest=principal.times(share, rounding=Rounding.HALF_UP),
    )


def daily_interest(principal: Money, annual_rate: Rate) -> Money:
    """Return the interest of one day, rounded half up to the fen."""
    return principal.times(annual_rate.fraction / DAYS_A_YEAR, rounding=Rounding.HALF_UP)
