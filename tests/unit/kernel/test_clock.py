from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tongbao.kernel.clock import (
    BUSINESS_DAYS_MAX,
    Calendar,
    DateOutOfRange,
    MainlandCalendar,
    business_date,
    now,
)

CALENDAR: Calendar = MainlandCalendar()

# The State Council's notices, written out: (first and last day off), and weekend days worked.
NOTICES: dict[int, tuple[list[tuple[str, str]], list[str]]] = {
    2020: (  # with the Spring Festival extended to 2 February, when the epidemic came
        [
            ("01-01", "01-01"),
            ("01-24", "02-02"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-25", "06-27"),
            ("10-01", "10-08"),
        ],
        ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"],
    ),
    2024: (
        [
            ("01-01", "01-01"),
            ("02-10", "02-17"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-10", "06-10"),
            ("09-15", "09-17"),
            ("10-01", "10-07"),
        ],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        [
            ("01-01", "01-01"),
            ("01-28", "02-04"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("05-31", "06-02"),
            ("10-01", "10-08"),
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [
            ("01-01", "01-03"),
            ("02-15", "02-23"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-19", "06-21"),
            ("09-25", "09-27"),
            ("10-01", "10-07"),
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def days_of(year: int) -> Iterator[date]:
    for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        yield date(year, 1, 1) + timedelta(days=number)


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_a_year_is_as_the_notice_says(year: int) -> None:
    spans, worked = NOTICES[year]
    off = [(day(f"{year}-{first}"), day(f"{year}-{last}")) for first, last in spans]
    made_up = {day(f"{year}-{text}") for text in worked}
    assert all(each.weekday() >= 5 for each in made_up)
    for each in days_of(year):
        is_off = any(first <= each <= last for first, last in off)
        expected = each in made_up or (each.weekday() < 5 and not is_off)
        assert CALENDAR.is_business_day(each) == expected, each
        assert CALENDAR.knows(each)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-04", True),  # Sunday, made up for the Spring Festival
        ("2024-02-18", True),  # Sunday, made up
        ("2024-02-09", True),  # New Year's Eve was no public holiday that year
        ("2024-02-12", False),  # Monday of the Spring Festival
        ("2025-10-08", False),  # Wednesday, the last day of the National Day holiday
        ("2025-10-11", True),  # Saturday, made up
        ("2025-10-12", False),  # a plain Sunday
    ],
)
def test_days_one_remembers(text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert CALENDAR.is_business_day(day(text)) is expected


@pytest.mark.parametrize("year", [1990, 2003, 2099, 9999])
def test_of_an_unknown_year_weekdays_are_business_days(year: int) -> None:
    monday = date(year, 5, 1)
    monday -= timedelta(days=monday.weekday())
    assert not CALENDAR.knows(monday)
    week = [CALENDAR.is_business_day(monday + timedelta(days=number)) for number in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_rolling_crosses_a_long_holiday_and_stops_at_make_up_days() -> None:
    assert CALENDAR.next_business_day(day("2025-10-01")) == day("2025-10-09")
    assert CALENDAR.previous_business_day(day("2025-10-08")) == day("2025-09-30")
    assert CALENDAR.next_business_day(day("2024-02-10")) == day("2024-02-18")
    assert CALENDAR.previous_business_day(day("2024-02-17")) == day("2024-02-09")
    assert CALENDAR.next_business_day(day("2024-02-18")) == day("2024-02-18")
    assert CALENDAR.previous_business_day(day("2024-02-18")) == day("2024-02-18")


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),  # a worked Saturday
        ("2025-09-30", 4, "2025-10-13"),
        ("2025-10-09", -1, "2025-09-30"),
        ("2025-10-04", 1, "2025-10-09"),  # from within a holiday: the first after it
        ("2025-10-04", -1, "2025-09-30"),
        ("2025-10-04", 0, "2025-10-09"),
        ("2025-10-09", 0, "2025-10-09"),
        ("2025-12-31", 1, "2026-01-04"),  # over the year's end, to a worked Sunday
        ("2026-12-31", 1, "2027-01-01"),  # into a year not announced: weekdays
    ],
)
def test_business_days_are_counted(start: str, count: int, expected: str) -> None:
    assert CALENDAR.add_business_days(day(start), count) == day(expected)


@pytest.mark.parametrize("count", [BUSINESS_DAYS_MAX + 1, -BUSINESS_DAYS_MAX - 1, 1.0, True, None])
def test_the_count_is_bounded_and_whole(count: object) -> None:
    with pytest.raises(ValueError, match="business days"):
        CALENDAR.add_business_days(day("2025-01-02"), count)  # type: ignore[arg-type]


def test_the_ends_of_time_are_refused_not_crashed_into() -> None:
    assert CALENDAR.next_business_day(date.max) == date.max  # a Friday
    with pytest.raises(DateOutOfRange):
        CALENDAR.add_business_days(date.max, 1)
    assert CALENDAR.previous_business_day(date.min) == date.min  # a Monday
    with pytest.raises(DateOutOfRange):
        CALENDAR.add_business_days(date.min, -1)
    with pytest.raises(DateOutOfRange):
        business_date(datetime.max.replace(tzinfo=UTC))


class NeverOpen(MainlandCalendar):
    def is_business_day(self, day: date) -> bool:  # noqa: ARG002 - its answer is always the same
        return False


def test_a_calendar_that_never_opens_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no business day within"):
        NeverOpen().next_business_day(day("2025-10-08"))


def test_an_instant_is_no_day() -> None:
    at = datetime(2025, 10, 8, tzinfo=UTC)
    for question in (
        CALENDAR.knows,
        CALENDAR.is_business_day,
        CALENDAR.next_business_day,
        CALENDAR.previous_business_day,
    ):
        with pytest.raises(TypeError):
            question(at)
    with pytest.raises(TypeError):
        CALENDAR.add_business_days(at, 1)
    with pytest.raises(TypeError):
        CALENDAR.add_business_days(at, 0)


def test_the_bank_s_date_changes_at_its_own_midnight() -> None:
    assert business_date(datetime(2025, 10, 8, 15, 59, 59, tzinfo=UTC)) == day("2025-10-08")
    assert business_date(datetime(2025, 10, 8, 16, 0, tzinfo=UTC)) == day("2025-10-09")
    at = datetime(2025, 10, 8, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert business_date(at) == day("2025-10-09")
    assert business_date(at, ZoneInfo("America/New_York")) == day("2025-10-09")
    assert business_date(at, ZoneInfo("Pacific/Honolulu")) == day("2025-10-08")


def test_a_naive_instant_has_no_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        business_date(datetime(2025, 10, 8))  # noqa: DTZ001 - the point


def test_now_is_aware_utc_and_moves_on() -> None:
    first = now()
    assert first.tzinfo is UTC
    assert now() >= first
