from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.lib.interest.days import (
    DayCount,
    add_months,
    days_between,
    whole_months,
    year_basis,
    years_between,
)

dates = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "convention", "days"),
    [
        (date(2026, 1, 1), date(2027, 1, 1), DayCount.ACT_360, 365),
        (date(2028, 1, 1), date(2029, 1, 1), DayCount.ACT_360, 366),
        (date(2026, 1, 31), date(2026, 2, 28), DayCount.THIRTY_360, 28),
        (date(2026, 1, 30), date(2026, 3, 31), DayCount.THIRTY_360, 60),
        (date(2026, 2, 28), date(2027, 2, 28), DayCount.THIRTY_360, 360),
        (date(2026, 5, 5), date(2026, 5, 5), DayCount.ACT_ACT, 0),
    ],
)
def test_days_of_a_period(start: date, end: date, convention: DayCount, days: int) -> None:
    assert days_between(start, end, convention) == days


@pytest.mark.parametrize(
    ("start", "end", "convention", "years"),
    [
        (date(2026, 1, 1), date(2027, 1, 1), DayCount.ACT_360, Fraction(365, 360)),
        (date(2028, 1, 1), date(2029, 1, 1), DayCount.ACT_365, Fraction(366, 365)),
        (date(2028, 1, 1), date(2029, 1, 1), DayCount.ACT_ACT, Fraction(1)),
        # The example of ISDA's 1998 memorandum on EMU: 1 November 2003 to 1 May 2004.
        (
            date(2003, 11, 1),
            date(2004, 5, 1),
            DayCount.ACT_ACT,
            Fraction(61, 365) + Fraction(121, 366),
        ),
        (date(2026, 1, 31), date(2026, 7, 31), DayCount.THIRTY_360, Fraction(1, 2)),
    ],
)
def test_years_of_a_period(start: date, end: date, convention: DayCount, years: Fraction) -> None:
    assert years_between(start, end, convention) == years


@given(days=st.lists(dates, min_size=3, max_size=3).map(sorted))
@pytest.mark.parametrize("convention", list(DayCount))
def test_years_add_up_over_any_day_between(days: list[date], convention: DayCount) -> None:
    start, between, end = days
    parts = years_between(start, between, convention) + years_between(between, end, convention)
    assert parts == years_between(start, end, convention)


@given(day=dates)
@pytest.mark.parametrize("convention", [DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT])
def test_one_day_is_one_part_of_its_year(day: date, convention: DayCount) -> None:
    one = years_between(day, day + timedelta(days=1), convention)
    assert one == Fraction(1, year_basis(day, convention))


@pytest.mark.parametrize(
    ("anchor", "months", "day"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_months_come_round_to_the_same_day_or_the_last(
    anchor: date, months: int, day: date
) -> None:
    assert add_months(anchor, months) == day


@given(start=dates, months=st.integers(0, 360), odd=st.integers(0, 27))
def test_whole_months_and_odd_days_lead_to_the_end(start: date, months: int, odd: int) -> None:
    end = add_months(start, months) + timedelta(days=odd)
    assert whole_months(start, end) == (months, odd)


@given(days=st.lists(dates, min_size=2, max_size=2).map(sorted))
def test_no_period_is_lost_between_months_and_days(days: list[date]) -> None:
    start, end = days
    months, odd = whole_months(start, end)
    assert add_months(start, months) + timedelta(days=odd) == end
    assert add_months(start, months + 1) > end
    assert 0 <= odd <= 30


def test_a_period_does_not_run_backwards() -> None:
    with pytest.raises(AssertionError, match="backwards"):
        days_between(date(2026, 1, 2), date(2026, 1, 1), DayCount.ACT_360)
