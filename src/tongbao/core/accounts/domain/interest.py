"""Interest on demand deposits: when it falls due, and what may be said of rates."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text
from tongbao.lib.interest.accrual import Tiers
from tongbao.lib.interest.days import DayCount

CAPITALISATION_DAY: Final = 20
CAPITALISATION_MONTHS: Final = (3, 6, 9, 12)
"""The last month of each quarter (People's Bank of China, notice 银发〔2005〕129: 按季结息,
每季末月的 20 日为结息日)."""

TIERS_MAX: Final = 20
RATE_TRILLIONTHS_MAX: Final = 10**12
"""A hundred per cent a year."""
DAY_COUNTS: Final = (DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT)


class RateNotAhead(TongbaoError):
    """The day from which rates are to hold has earned its interest already."""

    code = "accounts.rate_not_ahead"
    kind = Kind.REFUSED
    title = Text(zh="利率生效日已计息", en="That day has earned its interest already")
    detail = Text(
        zh="{last_day} 及以前已完成计息，新利率须从之后的日期生效",
        en="Interest is accrued up to {last_day}; new rates hold from a later day",
    )


class TiersRefused(TongbaoError):
    """No account can earn by such tiers."""

    code = "accounts.tiers_refused"
    title = Text(zh="利率档次无效", en="Such tiers cannot be")
    detail = Text(
        zh="须有 1 至 {most} 档，年利率在 0 至 100% 之间，计息方式为按实际天数",
        en="There are 1 to {most} tiers of 0 to 100 per cent a year, by actual days",
    )

    def __init__(self) -> None:
        super().__init__(most=TIERS_MAX)


class DayNotCutOff(TongbaoError):
    """Interest of a day is reckoned when the day's postings are fixed."""

    code = "accounts.day_not_cut_off"
    kind = Kind.CONFLICT
    title = Text(zh="当日尚未日切", en="The day is not cut off yet")
    detail = Text(zh="{day} 尚未日切", en="{day} is not cut off yet")


class InterestTotalsDiffer(TongbaoError):
    """What all accounts have earned is not the sum of what each has: the run stops there."""

    code = "accounts.interest_totals_differ"
    kind = Kind.CONFLICT
    title = Text(zh="应付利息总分不符", en="The totals of interest differ")
    detail = Text(
        zh="{currencies} 各账户应计利息之和与总额不符",
        en="In {currencies} the interest of all accounts is not the sum of each account's",
    )


@dataclass(frozen=True, slots=True)
class RateVersion:
    """The rates of a product in a currency from a day on."""

    product: str
    currency: str
    valid_from: date
    tiers: Tiers
    day_count: DayCount
    set_by: UUID
    set_at: datetime


def check_tiers(tiers: Tiers, day_count: DayCount) -> None:
    """Raise `TiersRefused` unless accounts can earn by these."""
    if (
        len(tiers.tiers) > TIERS_MAX
        or day_count not in DAY_COUNTS
        or any(
            not 0 <= each.annual_rate.trillionths <= RATE_TRILLIONTHS_MAX for each in tiers.tiers
        )
    ):
        raise TiersRefused


def is_capitalisation_day(day: date) -> bool:
    """Tell whether interest earned up to the end of `day` falls due (结息日)."""
    return day.day == CAPITALISATION_DAY and day.month in CAPITALISATION_MONTHS


def credited_on(day: date) -> date:
    """Return the value date of interest that falls due at the end of `day`: the day after."""
    return day + timedelta(days=1)
