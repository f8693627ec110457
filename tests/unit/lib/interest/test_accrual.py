from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.decimals import Rounding
from tongbao.kernel.money import Rate
from tongbao.lib.interest.accrual import (
    PIECES,
    Tariff,
    Tier,
    TierMode,
    Tiers,
    accrue,
    closed_form,
    day_pieces,
    payable,
    straight_line,
    term_interest,
)
from tongbao.lib.interest.days import DayCount

DAY = date(2026, 3, 2)
BY_THE_DAY = [DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT]
SLICES = Tiers((Tier(0, Rate.percent("0.20")), Tier(5_000_000, Rate.percent("0.35"))))
WHOLES = Tiers(SLICES.tiers, TierMode.WHOLE)

rates = st.builds(Rate, st.integers(0, 36 * 10**10))
balances = st.integers(0, 10**15)


@st.composite
def tiers(draw: st.DrawFn) -> Tiers:
    starts = draw(st.lists(st.integers(1, 10**12), unique=True, max_size=4).map(sorted))
    return Tiers(
        tuple(Tier(start, draw(rates)) for start in [0, *starts]), draw(st.sampled_from(TierMode))
    )


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    days = draw(
        st.lists(
            st.dates(date(2020, 1, 1), date(2060, 1, 1)), unique=True, min_size=1, max_size=6
        ).map(sorted)
    )
    return Tariff(tuple((day, draw(tiers())) for day in days))


@pytest.mark.parametrize(
    ("table", "balance", "yuan"),
    [
        (SLICES, 5_000_000, "100"),
        (SLICES, 10_000_000, "275"),
        (WHOLES, 4_999_999, "99.99998"),
        (WHOLES, 5_000_000, "175"),
        (WHOLES, 10_000_000, "350"),
        (SLICES, 0, "0"),
        (SLICES, -1, "0"),
    ],
)
def test_a_year_by_tiers(table: Tiers, balance: int, yuan: str) -> None:
    assert table.yearly(balance) == Fraction(yuan) * 100 * 10**12


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (Tier(1, Rate.zero()),),
        (Tier(0, Rate.zero()), Tier(0, Rate.zero())),
        (Tier(0, Rate.zero()), Tier(9, Rate.zero()), Tier(5, Rate.zero())),
    ],
)
def test_tiers_start_at_nothing_and_grow(wrong: tuple[Tier, ...]) -> None:
    with pytest.raises(ValueError, match="start"):
        Tiers(wrong)


def test_a_day_of_ten_thousand_yuan() -> None:
    pieces = day_pieces(
        1_000_000, on=DAY, tiers=Tiers.flat(Rate.percent("0.35")), convention=DayCount.ACT_360
    )
    assert pieces == round(Fraction(1_000_000 * 35 * PIECES, 10_000 * 360))
    assert payable(pieces) == (9, pieces - 9 * PIECES)


@given(balance=balances, tariff=tariffs(), start=st.dates(date(2019, 1, 1), date(2030, 1, 1)))
@pytest.mark.parametrize("convention", BY_THE_DAY)
def test_thirty_years_of_days_are_the_closed_form_within_a_thousandth_of_a_cent(
    convention: DayCount, balance: int, tariff: Tariff, start: date
) -> None:
    days = 30 * 365 + 8
    pieces = accrue([balance] * days, start=start, tariff=tariff, convention=convention)
    exact = closed_form(
        balance,
        start=start,
        end=start + timedelta(days=days),
        tariff=tariff,
        convention=convention,
    )
    assert abs(Fraction(pieces, PIECES) - exact) < Fraction(1, 1_000)


@given(
    daily=st.lists(st.integers(0, 10**12), max_size=400),
    pays=st.sets(st.integers(0, 399)),
)
def test_what_is_paid_and_what_stays_is_what_was_earned(daily: list[int], pays: set[int]) -> None:
    paid, open_pieces = 0, 0
    for number, pieces in enumerate(daily):
        open_pieces += pieces
        if number in pays:
            minor, open_pieces = payable(open_pieces)
            paid += minor
            assert 0 <= open_pieces < PIECES
    assert paid * PIECES + open_pieces == sum(daily)


def test_a_closing_account_is_paid_to_the_nearest_cent() -> None:
    assert payable(PIECES // 2, rounding=Rounding.HALF_UP) == (1, PIECES // 2 - PIECES)


@pytest.mark.parametrize(
    ("start", "end", "interest"),
    [
        (date(2026, 1, 31), date(2027, 1, 31), "135"),
        (date(2026, 2, 28), date(2026, 8, 28), "67.5"),
        # Three months and five odd days.
        (date(2026, 1, 10), date(2026, 4, 15), "35.625"),
        (date(2026, 1, 10), date(2026, 1, 10), "0"),
    ],
)
def test_a_term_counts_whole_months_and_odd_days(start: date, end: date, interest: str) -> None:
    assert term_interest(1_000_000, Rate.percent("1.35"), start=start, end=end) == 100 * Fraction(
        interest
    )


@given(total=st.integers(0, 10**14), days=st.integers(1, 2_000))
def test_a_straight_line_adds_up(total: int, days: int) -> None:
    line = [straight_line(total, elapsed_days=day, total_days=days) for day in range(days + 1)]
    assert line[0] == 0 or total == 0
    assert line[-1] == total
    assert all(one <= other for one, other in pairwise(line))


def test_the_first_version_of_a_tariff_holds_before_it_too() -> None:
    later = date(2026, 5, 1)
    tariff = Tariff(((DAY, SLICES), (later, WHOLES)))
    assert tariff.on(date(2020, 1, 1)) is SLICES
    assert tariff.on(later - timedelta(days=1)) is SLICES
    assert tariff.on(later) is WHOLES
    assert tariff.changes_within(DAY, later) == []
    assert tariff.changes_within(DAY, later + timedelta(days=1)) == [later]
