"""What a loan costs, to the fen."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.money import Money, Rate
from tongbao.products.lending.domain.cost import cost, daily_interest, due_on

DRAWN = date(2026, 11, 23)  # a Monday
MATURES = date(2027, 11, 21)  # a Sunday
DUE = date(2027, 11, 22)
RATE = Rate.percent("8.05")


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def interest(principal: str, paid_on: date) -> Money:
    found = cost(
        cny(principal), annual_rate=RATE, disbursed_on=DRAWN, matures_on=MATURES, paid_on=paid_on
    )
    assert found.total == found.principal + found.interest
    return found.interest


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        (DRAWN, "0.00"),  # the day of repayment does not count
        (DRAWN + timedelta(days=1), "223.61"),  # 1,000,000 x 8.05 % / 360 = 223.611...
        (DRAWN + timedelta(days=30), "6708.33"),
        (DUE, "81394.44"),  # 364 days: the Sunday moves to Monday and bears interest
        (DUE + timedelta(days=10), "84748.61"),  # ten days at one and a half times
    ],
)
def test_interest_by_the_day(paid_on: date, expected: str) -> None:
    assert interest("1000000.00", paid_on) == cny(expected)


def test_a_due_day_is_a_business_day() -> None:
    assert due_on(MATURES) == DUE
    assert due_on(DUE) == DUE


@given(st.integers(1, 10**12), st.integers(0, 800), st.integers(0, 800))
def test_repaying_in_parts_costs_what_repaying_at_once_does(
    minor: int, first: int, days: int
) -> None:
    """Give or take half a fen for each rounding: nobody gains by splitting."""
    part = min(first * minor // 800, minor)
    paid_on = DRAWN + timedelta(days=days)
    whole = interest(Money(minor, "CNY").text, paid_on)
    parts = sum(
        interest(Money(each, "CNY").text, paid_on).minor for each in (part, minor - part) if each
    )
    assert abs(whole.minor - parts) <= 1


def test_a_day_on_ten_thousand() -> None:
    assert daily_interest(cny("10000.00"), RATE) == cny("2.24")
