"""What a deposit pays, line by line.

Each line is exact until its end and rounded half up to the minor unit, so that the lines add up to
what is paid. Sources of the rules (docs/modules/deposits.md says them in full):

- 储蓄管理条例, articles 24 to 26: withdrawn early, a time deposit earns the demand rate of that
  day on what is withdrawn, the rest its own; so does what is overdue, for the days over the term.
- 银发〔2005〕129号: whole months by the month, odd days by the 360th (逐笔计息法); instalment
  savings by accumulated products (积数计息法).
- 通知存款管理办法 (银发〔1999〕3号): the notice rate of the day of withdrawal for the time really
  deposited; the demand rate for what breaks the notice; nothing for the period of a notice that
  was cancelled or not used.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, assert_never

from tongbao.kernel.clock import MainlandCalendar
from tongbao.kernel.money import RATE_SCALE, Money, Rate, Rounding, round_ratio
from tongbao.lib.interest.accrual import Tiers, straight_line, term_interest
from tongbao.lib.interest.days import MONTHS_OF_YEAR, whole_months
from tongbao.products.deposits.domain.deposits import Deposit, Instalment, Notice, plan_month
from tongbao.products.deposits.domain.products import ExtraDays, Kind

YEAR_DAYS: Final = 360
CALENDAR: Final = MainlandCalendar()


class Basis(StrEnum):
    """Which rate a line was computed with."""

    CONTRACT = "contract"
    """The one fixed at opening."""
    NOTICE = "notice"
    """The notice rate of the day of withdrawal."""
    DEMAND = "demand"
    """The demand rate of the day of withdrawal."""


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the interest: the arithmetic in figures, and its result."""

    basis: Basis
    annual_rate: Rate
    formula: str
    interest: Money


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a payment consists of."""

    principal: Money
    lines: tuple[Line, ...]

    @property
    def interest(self) -> Money:
        """Return the sum of the lines."""
        return sum((line.interest for line in self.lines), Money.zero(self.principal.currency))

    @property
    def total(self) -> Money:
        """Return principal and interest."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of the day of withdrawal; `demand` None earns nothing."""

    demand: Tiers | None
    notice: Rate | None = None

    def demand_on(self, principal: Money) -> Rate:
        """Return the demand rate of a balance."""
        if self.demand is None or principal.minor <= 0:
            return Rate.zero()
        yearly = Fraction(self.demand.yearly(principal.minor), principal.minor * 10**RATE_SCALE)
        return Rate.of(yearly, places=RATE_SCALE, rounding=Rounding.HALF_EVEN)


def settle(deposit: Deposit, amount: Money, *, on: date, rates: Rates) -> Settlement:
    """Return what withdrawing `amount` of the principal on a day pays.

    The caller has checked that so much can be withdrawn.
    """
    match deposit.kind:
        case Kind.TIME:
            lines = _time(deposit, amount, on, rates)
        case Kind.INSTALMENT:
            lines = _instalments(deposit, on, rates)
        case Kind.NOTICE:
            lines = _notice(deposit, amount, on, rates)
        case _:
            assert_never(deposit.kind)
    return Settlement(amount, tuple(line for line in lines if line is not None))


def contract_interest(principal: Money, rate: Rate, *, start: date, end: date) -> Line:
    """Return the interest of a whole term: whole months a twelfth each, odd days a 360th."""
    exact = term_interest(principal.minor, rate, start=start, end=end)
    months, days = whole_months(start, end)
    counts = [f"{months}/{MONTHS_OF_YEAR}"] if months else []
    counts += [f"{days}/{YEAR_DAYS}"] if days or not months else []
    share = " + ".join(counts)
    share = f"({share})" if len(counts) > 1 else share
    return _line(Basis.CONTRACT, rate, f"{principal.text} × {rate} × {share}", exact, principal)


def month_products(start: date, months: int, instalments: Iterable[Instalment]) -> int:
    """Return the accumulated products (月积数) of instalments paid in time, in unit-months.

    An instalment counts the plan's months that were left when it was paid, its own included: on
    the balance of each month a twelfth of the year's interest. Twelve equal ones make 78.
    """
    return sum(
        each.amount.minor * (months - plan_month(start, each.paid_on))
        for each in instalments
        if not each.late
    )


def plan_interest(deposit: Deposit) -> Line:
    """Return the interest of a plan's instalments at maturity, late ones left out."""
    rate = deposit.annual_rate
    assert rate is not None, "a plan has a rate"
    products = month_products(deposit.starts_on, deposit.product.months, deposit.instalments)
    exact = products * rate.fraction / MONTHS_OF_YEAR
    text = Money(products, deposit.currency).text
    return _line(Basis.CONTRACT, rate, f"{text} × {rate} / {MONTHS_OF_YEAR}", exact, deposit)


def accrued(deposit: Deposit, *, through: date, notice_rate: Rate | None = None) -> int:
    """Return the minor units that have been earned by the end of a day, as the books keep them.

    A time deposit's interest in a straight line over its days; otherwise the products of the days
    so far at the plan's rate or the notice rate of the day, rounded down. What is paid in the end
    may differ, and corrects it.
    """
    end = through if deposit.matures_on is None else min(through, _before(deposit.matures_on))
    elapsed = (end - deposit.starts_on).days + 1
    if elapsed <= 0:
        return 0
    if deposit.kind is Kind.TIME:
        rate, matures_on = deposit.annual_rate, deposit.matures_on
        assert rate is not None and matures_on is not None, "a time deposit has both"  # noqa: PT018
        whole = contract_interest(
            deposit.principal, rate, start=deposit.starts_on, end=matures_on
        ).interest.minor
        return straight_line(
            whole, elapsed_days=elapsed, total_days=(matures_on - deposit.starts_on).days
        )
    earning, base = deposit.principal.minor, deposit.lost + deposit.reduced
    rate = notice_rate
    if deposit.kind is Kind.INSTALMENT:
        rate = deposit.annual_rate
        in_time = [each for each in deposit.instalments if not each.late]
        earning = sum(each.amount.minor for each in in_time)
        base = sum(each.amount.minor * (each.paid_on - deposit.starts_on).days for each in in_time)
    if rate is None:
        return 0
    products = max(0, earning * elapsed - base)
    return products * rate.trillionths // (YEAR_DAYS * 10**RATE_SCALE)


def _time(deposit: Deposit, amount: Money, on: date, rates: Rates) -> list[Line | None]:
    start, matures_on, rate = deposit.starts_on, deposit.matures_on, deposit.annual_rate
    assert rate is not None and matures_on is not None, "a time deposit has both"  # noqa: PT018
    if on < matures_on:
        return [_demand(amount.minor * (on - start).days, amount, rates)]
    whole = contract_interest(amount, rate, start=start, end=matures_on)
    return [whole, *_overdue(deposit, amount, matures_on, on, rates)]


def _instalments(deposit: Deposit, on: date, rates: Rates) -> list[Line | None]:
    paid, matures_on = deposit.instalments, deposit.matures_on
    assert matures_on is not None, "a plan has a maturity"
    if on < matures_on:
        return [_demand(_day_products(paid, on), deposit.principal, rates)]
    late = [each for each in paid if each.late]
    late_sum = sum((each.amount for each in late), Money.zero(deposit.currency))
    return [
        plan_interest(deposit),
        *_overdue(deposit, deposit.principal - late_sum, matures_on, on, rates),
        _demand(_day_products(late, on), late_sum, rates) if late else None,
    ]


def _overdue(
    deposit: Deposit, principal: Money, matures_on: date, on: date, rates: Rates
) -> list[Line | None]:
    """Return what the days after maturity earn: the days of a holiday as the product says."""
    holidays_end = min(on, CALENDAR.next_business_day(matures_on))
    lines: list[Line | None] = []
    since = matures_on
    if deposit.product.extra_days is ExtraDays.CONTRACT and holidays_end > matures_on:
        rate = deposit.annual_rate
        assert rate is not None, "it has a term"
        days = (holidays_end - matures_on).days
        lines.append(_days(Basis.CONTRACT, principal.minor * days, rate, principal))
        since = holidays_end
    lines.append(_demand(principal.minor * (on - since).days, principal, rates))
    return lines


def _notice(deposit: Deposit, amount: Money, on: date, rates: Rates) -> list[Line | None]:
    days = (on - deposit.starts_on).days
    kept = kept_notice(deposit, amount, on=on)
    covered = min(amount, kept.amount) if kept else Money.zero(deposit.currency)
    products, beyond = covered.minor * days, (amount - covered).minor * days
    # What earlier notices cost is taken off the next withdrawal, as far as it goes.
    lost = min(deposit.lost, products)
    reduced = min(deposit.reduced, products - lost)
    demand = beyond - min(deposit.lost - lost, beyond) + reduced
    notice_rate = rates.notice or Rate.zero()
    earned = products - lost - reduced
    return [
        _days(Basis.NOTICE, earned, notice_rate, amount) if earned else None,
        _demand(demand, amount, rates),
    ]


def used_up(deposit: Deposit, amount: Money, *, on: date) -> tuple[int, int]:
    """Return how much of `lost` and `reduced` a withdrawal from a notice deposit uses up."""
    days = (on - deposit.starts_on).days
    kept = kept_notice(deposit, amount, on=on)
    products = min(amount.minor, kept.amount.minor) * days if kept else 0
    lost = min(deposit.lost, amount.minor * days)
    return lost, min(deposit.reduced, max(0, products - lost))


def kept_notice(deposit: Deposit, amount: Money, *, on: date) -> Notice | None:
    """Return the notice that a withdrawal keeps to, if it does.

    It is of this very day, the money has been here for the notice period, and it is not less than
    the product's smallest withdrawal.
    """
    found = deposit.open_notice
    if found is None or found.draws_on != on:
        return None
    if (on - deposit.starts_on).days < deposit.product.notice_days:
        return None
    return found if amount.minor >= deposit.terms.draw_minimum else None


def _day_products(paid: Iterable[Instalment], on: date) -> int:
    return sum(each.amount.minor * (on - each.paid_on).days for each in paid)


def _demand(products: int, principal: Money, rates: Rates) -> Line | None:
    if products <= 0:
        return None
    return _days(Basis.DEMAND, products, rates.demand_on(principal), principal)


def _days(basis: Basis, products: int, rate: Rate, like: Money) -> Line:
    """Return what products of days earn: 积数 × 年利率 / 360."""
    text = Money(products, like.currency).text
    exact = products * rate.fraction / YEAR_DAYS
    return _line(basis, rate, f"{text} × {rate} / {YEAR_DAYS}", exact, like)


def _line(basis: Basis, rate: Rate, formula: str, exact: Fraction, like: Money | Deposit) -> Line:
    minor = round_ratio(exact.numerator, exact.denominator, Rounding.HALF_UP)
    return Line(basis, rate, formula, Money(minor, like.currency))


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
