"""The laws of business days, for whatever dates: with official holidays known and without."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.clock import MainlandCalendar

CALENDAR = MainlandCalendar()

dates = st.dates(date(2003, 1, 1), date(2030, 12, 31))
counts = st.integers(1, 60)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@given(day=dates)
def test_the_next_business_day_is_the_first_one(day: date) -> None:
    found = CALENDAR.next_business_day(day)
    *before, last = days_between(day, found)
    assert CALENDAR.is_business_day(last)
    assert not any(map(CALENDAR.is_business_day, before))


@given(day=dates)
def test_the_previous_business_day_is_the_last_one(day: date) -> None:
    found = CALENDAR.previous_business_day(day)
    first, *after = days_between(found, day)
    assert CALENDAR.is_business_day(first)
    assert not any(map(CALENDAR.is_business_day, after))


@given(day=dates, count=counts)
def test_counting_passes_exactly_so_many_business_days(day: date, count: int) -> None:
    after = CALENDAR.add_business_days(day, count)
    assert CALENDAR.is_business_day(after)
    assert sum(map(CALENDAR.is_business_day, days_between(day, after)[1:])) == count
    before = CALENDAR.add_business_days(day, -count)
    assert CALENDAR.is_business_day(before)
    assert sum(map(CALENDAR.is_business_day, days_between(before, day)[:-1])) == count


@given(day=dates, first=counts, second=counts)
def test_counting_adds_up_and_goes_back(day: date, first: int, second: int) -> None:
    there = CALENDAR.add_business_days(day, first)
    assert CALENDAR.add_business_days(there, second) == (
        CALENDAR.add_business_days(day, first + second)
    )
    start = CALENDAR.next_business_day(day)
    assert CALENDAR.add_business_days(CALENDAR.add_business_days(start, first), -first) == start


@given(day=dates)
def test_nobody_waits_two_weeks_for_a_business_day(day: date) -> None:
    assert CALENDAR.next_business_day(day) - day < timedelta(days=14)
