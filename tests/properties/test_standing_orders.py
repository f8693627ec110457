"""Due dates against a naive calendar that walks from day to day and knows nothing of numbers."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.clock import MainlandCalendar
from tongbao.products.standing.domain.schedule import HolidayRule, Schedule, ScheduleUnit

DAY = timedelta(days=1)
HORIZON = 1_200
CALENDAR = MainlandCalendar()
DATES_MAX = 40


def is_last_of_month(day: date) -> bool:
    return (day + DAY).month != day.month


def matches(schedule: Schedule, day: date) -> bool:
    """Whether a day is one of the schedule's, by looking at that day alone."""
    first, every = schedule.first_on, schedule.every
    if schedule.last_on is not None and day > schedule.last_on:
        return False
    match schedule.unit:
        case ScheduleUnit.ONCE:
            return day == first
        case ScheduleUnit.DAY:
            return (day - first).days % every == 0
        case ScheduleUnit.WEEK:
            return (day - first).days % (7 * every) == 0
    wanted = schedule.month_day or first.day
    months = (day.year - first.year) * 12 + day.month - first.month
    return months % every == 0 and (
        day.day == wanted or (day.day < wanted and is_last_of_month(day))
    )


def is_open(day: date) -> bool:
    if 2004 <= day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def rolled(day: date, holidays: HolidayRule) -> date:
    step = {HolidayRule.NEXT: DAY, HolidayRule.PREVIOUS: -DAY}.get(holidays)
    while step is not None and not is_open(day):
        day += step
    return day


def naive(schedule: Schedule) -> Iterator[tuple[date, date]]:
    day, found = schedule.first_on, 0
    for _ in range(HORIZON):
        if schedule.count is not None and found == schedule.count:
            return
        if matches(schedule, day):
            found += 1
            yield day, rolled(day, schedule.holidays)
        day += DAY


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    unit = draw(st.sampled_from(ScheduleUnit))
    first = draw(st.dates(date(2023, 1, 1), date(2026, 12, 31)))
    days = [first.day, *((29, 30, 31) if is_last_of_month(first) else ())]
    wanted = [None, *sorted(each for each in set(days) if each >= first.day)]
    ends = unit is not ScheduleUnit.ONCE
    return Schedule(
        first_on=first,
        unit=unit,
        every=draw(st.integers(1, 13)) if ends else 1,
        month_day=draw(st.sampled_from(wanted)) if unit is ScheduleUnit.MONTH else None,
        holidays=draw(st.sampled_from(HolidayRule)),
        last_on=draw(st.none() | st.integers(0, 900).map(lambda days: first + days * DAY))
        if ends
        else None,
        count=draw(st.none() | st.integers(1, 50)) if ends else None,
    )


@given(schedules())
def test_due_dates_are_those_of_a_naive_calendar(schedule: Schedule) -> None:
    expected = list(islice(naive(schedule), DATES_MAX))
    found = [
        (nominal, due) for _, nominal, due in islice(schedule.upcoming(0, CALENDAR), len(expected))
    ]
    assert found == expected
    if len(expected) < DATES_MAX and schedule.last_on is not None:
        assert schedule.nominal(len(expected)) is None


@given(schedules(), st.integers(0, 60))
def test_nominal_dates_rise_and_due_dates_never_fall(schedule: Schedule, number: int) -> None:
    here, next_ = schedule.nominal(number), schedule.nominal(number + 1)
    if here is None:
        assert next_ is None
        return
    if next_ is not None:
        assert here < next_
        due, next_due = schedule.due(number, CALENDAR), schedule.due(number + 1, CALENDAR)
        assert due is not None
        assert next_due is not None
        assert due <= next_due
