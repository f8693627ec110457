"""Edges of the calendar: midnight, ends of months and years, leap days, late arrivals."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.risk.limits.conftest import Rules
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Window

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def midnight(year: int, month: int, day: int) -> datetime:
    """The moment at which this day begins in Shanghai."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("window", "begins", "ends"),
    [
        (Window.DAY, midnight(2026, 11, 20), midnight(2026, 11, 21)),
        (Window.DAY, midnight(2028, 2, 29), midnight(2028, 3, 1)),
        (Window.DAY, midnight(2026, 12, 31), midnight(2027, 1, 1)),
        (Window.MONTH, midnight(2028, 2, 1), midnight(2028, 3, 1)),
        (Window.MONTH, midnight(2027, 2, 1), midnight(2027, 3, 1)),
        (Window.MONTH, midnight(2026, 12, 1), midnight(2027, 1, 1)),
        (Window.YEAR, midnight(2028, 1, 1), midnight(2029, 1, 1)),
    ],
)
async def test_a_window_is_from_midnight_to_midnight(
    rules: Rules, window: Window, begins: datetime, ends: datetime
) -> None:
    await rules.set(window=window, maximum=1_000, at=LONG_AGO)
    assert await rules.take(rules.use(900), at=begins - TICK) == ["reserved"]
    assert await rules.take(rules.use(1_000), at=begins) == ["reserved"]
    assert await rules.take(rules.use(1), at=ends - TICK) == ["refused"]
    assert await rules.left(ends - TICK) == [0]
    assert await rules.left(ends) == [1_000]
    assert await rules.take(rules.use(1_000), at=ends) == ["reserved"]


async def test_a_month_goes_on_over_midnight_and_a_year_over_the_month(rules: Rules) -> None:
    tally = f"{rules.operation}_all"
    for window, maximum in ((Window.DAY, 100), (Window.MONTH, 250), (Window.YEAR, 400)):
        await rules.set(window.value, window=window, maximum=maximum, tally=tally, at=LONG_AGO)
    first = midnight(2026, 11, 29)
    days = [first + timedelta(days=each) for each in range(4)]  # two in each month
    assert await rules.take(rules.use(100), at=days[0]) == ["reserved"]
    assert await rules.take(rules.use(100), at=days[1]) == ["reserved"]
    assert await rules.left(days[1]) == [0, 50, 200]
    assert await rules.take(rules.use(100), at=days[2]) == ["reserved"]
    assert await rules.left(days[2]) == [0, 150, 100]
    assert await rules.take(rules.use(100), rules.use(1), at=days[3]) == ["reserved", "refused"]
    assert await rules.left(midnight(2027, 1, 1)) == [100, 250, 400]


@pytest.mark.parametrize(
    "edge", [midnight(2028, 2, 29), midnight(2028, 3, 1), midnight(2027, 1, 1)]
)
async def test_a_rolling_window_knows_no_midnight(rules: Rules, edge: datetime) -> None:
    await rules.set(window=Window.ROLLING, rolling_hours=24, maximum=1_000, at=LONG_AGO)
    assert await rules.take(rules.use(600), at=edge - timedelta(hours=1)) == ["reserved"]
    assert await rules.take(rules.use(400), at=edge) == ["reserved"]
    assert await rules.take(rules.use(1), at=edge + timedelta(hours=23) - TICK) == ["refused"]
    assert await rules.left(edge + timedelta(hours=23)) == [600]
    assert await rules.left(edge + timedelta(hours=24)) == [1_000]


async def test_a_rolling_window_and_a_day_of_one_tally_look_at_the_same_uses(rules: Rules) -> None:
    tally = f"{rules.operation}_all"
    await rules.set("day", maximum=1_000, tally=tally, at=LONG_AGO)
    await rules.set(
        "hours", window=Window.ROLLING, rolling_hours=2, maximum=1_500, tally=tally, at=LONG_AGO
    )
    night = midnight(2026, 11, 21)
    assert await rules.take(rules.use(1_000), at=night - timedelta(hours=1)) == ["reserved"]
    assert await rules.left(night) == [1_000, 500]
    assert await rules.take(rules.use(501), rules.use(500), at=night) == ["refused", "reserved"]


async def test_what_comes_late_counts_in_the_newest_window(rules: Rules) -> None:
    await rules.set(maximum=1_000, at=LONG_AGO)
    night = midnight(2026, 11, 21)
    await rules.take(rules.use(600), at=night)
    assert await rules.take(rules.use(401), rules.use(400), at=night - TICK) == [
        "refused",
        "reserved",
    ], "a clock that lags a little gives nobody a second allowance"
    assert await rules.left(night) == [0]


async def test_what_is_given_back_after_midnight_is_of_a_day_that_is_over(rules: Rules) -> None:
    tally = f"{rules.operation}_all"
    await rules.set("day", maximum=1_000, tally=tally, at=LONG_AGO)
    await rules.set("month", window=Window.MONTH, maximum=5_000, tally=tally, at=LONG_AGO)
    night = midnight(2026, 11, 21)
    old, new = rules.use(700), rules.use(300)
    await rules.take(old, at=night - TICK)
    await rules.take(new, at=night)
    assert await limits.release(rules.tx, [old.id], at=night) == {old.id}
    assert await rules.left(night) == [700, 4_700]
    assert await limits.release(rules.tx, [new.id], at=midnight(2026, 12, 1)) == {new.id}
    assert await rules.left(midnight(2026, 12, 1)) == [1_000, 5_000]


async def test_a_late_use_given_back_leaves_the_window_it_counted_in(rules: Rules) -> None:
    await rules.set(maximum=1_000, at=LONG_AGO)
    night = midnight(2026, 11, 21)
    late = rules.use(400)
    await rules.take(rules.use(600), at=night)
    await rules.take(late, at=night - TICK)
    await limits.release(rules.tx, [late.id], at=night)
    assert await rules.left(night) == [400]
