"""Laws of telling people: who is written to, by what, and when.

The model walks the clock minute by minute, which is too slow to be used and too simple to be wrong.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tongbao.engagement.notices.domain import (
    DEFAULTS,
    Category,
    Channel,
    Preferences,
    Quiet,
    plan,
)

MINUTE = timedelta(minutes=1)
# With clocks that change and without, by half an hour, by a day's quarter, and once by a day.
ZONES = (
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/St_Johns",
)
# Days on which clocks change somewhere, and others.
DAYS = (
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
)

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
quiets = st.builds(Quiet, times, times, st.sampled_from(ZONES)).filter(
    lambda quiet: quiet.begins != quiet.ends
)
instants = st.builds(
    lambda day, minutes: day + minutes * MINUTE,
    st.sampled_from(DAYS),
    st.integers(-1_440, 2 * 1_440),
)
channels = st.frozensets(st.sampled_from(Channel))
choices = st.dictionaries(st.sampled_from(Category), channels).map(
    lambda chosen: {**DEFAULTS, **chosen}
)
preferences = st.builds(Preferences, choices, st.none() | quiets)


def is_quiet(quiet: Quiet, at: datetime) -> bool:
    """Whether the wall clock shows a minute of the quiet hours, one of a list of all of them."""
    wall = at.astimezone(ZoneInfo(quiet.zone))
    begins = quiet.begins.hour * 60 + quiet.begins.minute
    length = (quiet.ends.hour * 60 + quiet.ends.minute - begins) % 1_440
    return (wall.hour * 60 + wall.minute - begins) % 1_440 < length


def model(quiet: Quiet, at: datetime) -> datetime:
    while is_quiet(quiet, at):
        at += MINUTE
    return at


@given(quiets, instants)
def test_quiet_hours_end_at_the_first_minute_that_is_not_quiet(quiet: Quiet, at: datetime) -> None:
    assert quiet.over(at) == model(quiet, at)


@given(quiets, instants, st.integers(1, 59_999_999))
def test_parts_of_a_minute_make_no_difference(quiet: Quiet, at: datetime, parts: int) -> None:
    later = at + timedelta(microseconds=parts)
    assert quiet.covers(later) == is_quiet(quiet, at)
    over = quiet.over(later)
    assert over == (model(quiet, at) if is_quiet(quiet, at) else later)


@given(preferences, st.sampled_from(Category), st.booleans(), channels, instants)
def test_what_is_sent_when(
    chosen: Preferences,
    category: Category,
    critical: bool,  # noqa: FBT001 - an example's
    reachable: frozenset[Channel],
    at: datetime,
) -> None:
    planned = plan(chosen, category=category, critical=critical, reachable=reachable, at=at)
    by = {each.channel: each.not_before for each in planned}
    assert len(by) == len(planned), "each channel once"
    wanted = reachable if critical else reachable & chosen.choices[category]
    assert by.keys() == wanted
    for when in by.values():
        if critical or chosen.quiet is None:
            assert when == at
        else:
            assert when == model(chosen.quiet, at)


@given(quiets, instants)
def test_the_night_is_never_longer_than_two_days(quiet: Quiet, at: datetime) -> None:
    assert at <= quiet.over(at) < at + timedelta(days=2)
