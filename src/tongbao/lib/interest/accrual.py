"""Interest by the day: rates by balance and by date, kept in pieces much finer than a cent.

What a day earns is rounded to a piece, a hundred-millionth of a minor unit; what is paid is the
whole minor units of the pieces that have come together, and the rest stays. Over thirty years the
rounding of pieces adds up to less than a ten-thousandth of a cent.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from tongbao.kernel.decimals import Rounding, round_ratio
from tongbao.kernel.rate import RATE_SCALE, Rate
from tongbao.lib.interest.days import (
    MONTHS_OF_YEAR,
    DayCount,
    whole_months,
    year_basis,
    years_between,
)

PIECES: Final = 10**8
"""How many pieces one minor unit has."""
_ODD_DAYS_BASIS: Final = 360


class TierMode(StrEnum):
    """What a higher tier's rate applies to."""

    WHOLE = "whole"
    """The whole balance earns the rate of the tier it has reached (靠档计息)."""
    SLICE = "slice"
    """Each slice of the balance earns its own tier's rate (分段计息)."""


@dataclass(frozen=True, slots=True)
class Tier:
    """The annual rate from a balance on, in minor units."""

    from_minor: int
    annual_rate: Rate


@dataclass(frozen=True, slots=True)
class Tiers:
    """Annual rates by balance: the first from 0, each next one from a larger balance."""

    tiers: tuple[Tier, ...]
    mode: TierMode = TierMode.SLICE

    def __post_init__(self) -> None:
        starts = [tier.from_minor for tier in self.tiers]
        if not starts or starts[0] != 0:
            msg = "the first tier starts at 0"
            raise ValueError(msg)
        if any(low >= high for low, high in pairwise(starts)):
            msg = "tiers start at growing balances"
            raise ValueError(msg)

    @classmethod
    def flat(cls, annual_rate: Rate) -> "Tiers":
        """Return one rate for every balance."""
        return cls((Tier(0, annual_rate),))

    def yearly(self, balance_minor: int) -> int:
        """Return what `balance_minor` earns in a year, in trillionths of a minor unit.

        A balance of nothing or less earns nothing.
        """
        if balance_minor <= 0:
            return 0
        starts = [tier.from_minor for tier in self.tiers]
        reached = bisect_right(starts, balance_minor)
        if self.mode is TierMode.WHOLE:
            return balance_minor * self.tiers[reached - 1].annual_rate.trillionths
        ends = [*starts[1:reached], balance_minor]
        return sum(
            (end - tier.from_minor) * tier.annual_rate.trillionths
            for tier, end in zip(self.tiers[:reached], ends, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """Tiers by date: each version holds from its day until the next one's."""

    versions: tuple[tuple[date, Tiers], ...]

    def __post_init__(self) -> None:
        days = [day for day, _ in self.versions]
        if not days or days != sorted(set(days)):
            msg = "versions of a tariff have growing dates, and there is one at least"
            raise ValueError(msg)

    def on(self, day: date) -> Tiers:
        """Return what holds on `day`; the first version holds for the time before it as well."""
        index = bisect_right([since for since, _ in self.versions], day)
        return self.versions[max(index - 1, 0)][1]

    def changes_within(self, start: date, end: date) -> list[date]:
        """Return the days strictly inside [start, end) on which another version begins to hold."""
        return [since for since, _ in self.versions[1:] if start < since < end]


def day_pieces(balance_minor: int, *, on: date, tiers: Tiers, convention: DayCount) -> int:
    """Return the pieces that the balance at the end of the day `on` earns for that day.

    Rounded half up. Months of 30 days have no interest of one day: use `term_interest` for them.
    """
    assert convention is not DayCount.THIRTY_360, "a day of a month of 30 days has no interest"
    yearly = tiers.yearly(balance_minor) * PIECES
    return round_ratio(yearly, year_basis(on, convention) * 10**RATE_SCALE, Rounding.HALF_UP)


def accrue(
    day_end_balances: Iterable[int], *, start: date, tariff: Tariff, convention: DayCount
) -> int:
    """Return the pieces earned by one day-end balance a day, the first on `start`."""
    return sum(
        day_pieces(balance, on=day, tiers=tariff.on(day), convention=convention)
        for day, balance in (
            (start + timedelta(days=number), balance)
            for number, balance in enumerate(day_end_balances)
        )
    )


def closed_form(
    balance_minor: int, *, start: date, end: date, tariff: Tariff, convention: DayCount
) -> Fraction:
    """Return what an unchanged balance earns in [start, end), in minor units and exactly."""
    edges = [start, *tariff.changes_within(start, end), end]
    return sum(
        (
            Fraction(tariff.on(since).yearly(balance_minor), 10**RATE_SCALE)
            * years_between(since, until, convention)
            for since, until in pairwise(edges)
        ),
        Fraction(0),
    )


def payable(pieces: int, *, rounding: Rounding = Rounding.DOWN) -> tuple[int, int]:
    """Split pieces into the minor units that can be paid and the pieces that stay.

    Rounded down nothing is paid that was not earned; a closing account rounds half up and leaves
    what stays, which may be less than nothing, to the bank.
    """
    minor = round_ratio(pieces, PIECES, rounding)
    return minor, pieces - minor * PIECES


def term_interest(principal_minor: int, annual_rate: Rate, *, start: date, end: date) -> Fraction:
    """Return the interest of a term deposit in minor units, exactly, before any rounding.

    Whole months earn a twelfth of the annual rate each, odd days a 360th (逐笔计息法; People's Bank
    of China, notice 银发〔2005〕129 on the interest of deposits and loans).
    """
    months, odd_days = whole_months(start, end)
    years = Fraction(months, MONTHS_OF_YEAR) + Fraction(odd_days, _ODD_DAYS_BASIS)
    return principal_minor * annual_rate.fraction * years


def straight_line(total_minor: int, *, elapsed_days: int, total_days: int) -> int:
    """Return how much of `total_minor` has been earned after some of the days, rounded down.

    What a day adds is the difference between two of these, so the days of a term add up exactly.
    """
    assert 0 <= elapsed_days <= total_days, f"{elapsed_days} of {total_days} days"
    return total_minor if elapsed_days == total_days else total_minor * elapsed_days // total_days
