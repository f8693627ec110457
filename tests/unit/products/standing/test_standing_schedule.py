"""Days that matter: month ends, leap years, and holidays with make-up workdays."""

from datetime import date
from typing import Any

import pytest

from tongbao.kernel.clock import MainlandCalendar
from tongbao.products.standing.domain.schedule import (
    HolidayRule,
    Schedule,
    ScheduleUnit,
    ScheduleWrong,
)

CALENDAR = MainlandCalendar()
D = date.fromisoformat


def dues(schedule: Schedule) -> list[str]:
    return [due.isoformat() for _, _, due in schedule.upcoming(0, CALENDAR)]


def test_a_month_without_a_31st_has_its_last_day_and_the_31st_comes_back() -> None:
    schedule = Schedule(D("2024-01-31"), ScheduleUnit.MONTH, count=5)
    assert dues(schedule) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
    ]


def test_the_31st_can_be_wanted_from_a_month_that_has_none() -> None:
    schedule = Schedule(D("2025-02-28"), ScheduleUnit.MONTH, month_day=31, count=3)
    assert dues(schedule) == ["2025-02-28", "2025-03-31", "2025-04-30"]


@pytest.mark.parametrize(
    ("nominal", "holidays", "due"),
    [
        ("2025-10-01", HolidayRule.NEXT, "2025-10-09"),  # National Day to the 8th
        ("2025-10-01", HolidayRule.PREVIOUS, "2025-09-30"),
        ("2025-09-28", HolidayRule.NEXT, "2025-09-28"),  # a Sunday worked instead
        ("2025-10-11", HolidayRule.PREVIOUS, "2025-10-11"),  # a Saturday worked instead
        ("2025-10-01", HolidayRule.AS_IS, "2025-10-01"),
        ("2025-05-31", HolidayRule.NEXT, "2025-06-03"),  # over the month's end, a holiday behind it
    ],
)
def test_holidays_and_the_workdays_that_make_up_for_them(
    nominal: str, holidays: HolidayRule, due: str
) -> None:
    schedule = Schedule(D(nominal), ScheduleUnit.ONCE, holidays=holidays)
    assert dues(schedule) == [due]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("first_on", {"first_on": D("2201-01-01")}),
        ("every", {"every": 0}),
        ("every", {"every": 367}),
        ("every", {"unit": ScheduleUnit.ONCE, "every": 2}),
        ("last_on", {"last_on": D("2025-11-29")}),
        ("last_on", {"last_on": D("2201-01-01")}),
        ("last_on", {"unit": ScheduleUnit.ONCE, "last_on": D("2026-11-30")}),
        ("count", {"count": 0}),
        ("count", {"count": 10_000}),
        ("count", {"unit": ScheduleUnit.ONCE, "count": 1}),
        ("month_day", {"month_day": 29}),
        ("month_day", {"month_day": 0}),
        ("month_day", {"unit": ScheduleUnit.WEEK, "month_day": 30}),
    ],
)
def test_what_says_one_thing_and_means_another_is_refused(field: str, facts: Any) -> None:
    given = {"first_on": D("2025-11-30"), "unit": ScheduleUnit.MONTH, **facts}
    with pytest.raises(ScheduleWrong) as refused:
        Schedule(**given)
    assert refused.value.facts == {"field": field}


def test_no_schedule_goes_on_for_ever() -> None:
    assert Schedule(D("2199-12-31"), ScheduleUnit.DAY, every=366).nominal(3) is None
    assert Schedule(D("2199-12-31"), ScheduleUnit.MONTH).nominal(13) is None
    assert Schedule(D("2025-01-01"), ScheduleUnit.DAY).nominal(9_999) is None
