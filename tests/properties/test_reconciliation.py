"""For any books and any statement made from them by faults: each fault is found, nothing else is.

The laws: every planted difference becomes one case of its kind; what was let pass (a day apart, a
fee, a payment in parts) becomes none; suspense holds exactly what the cases say and nothing is left
in transit; a second run of every day changes nothing; once all is worked off, suspense is zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.reconciliation import DAY, Channel, later
from tongbao.core.reconciliation.service import BreakKind, NewLine
from tongbao.infra.db import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Planted:
    """Books, the statements of the days, and what must be found."""

    chance: Random
    booked: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    lines: dict[date, list[NewLine]] = field(default_factory=dict)
    expected: dict[str, tuple[BreakKind, int]] = field(default_factory=dict)

    def say(self, reference: str, amount: int, *, on: int = 0, fee: int = 0) -> None:
        self.lines.setdefault(later(on), []).append(NewLine(reference, amount, fee, ""))


Fault = Callable[[Planted, str, int], None]


def as_it_was(planted: Planted, name: str, minor: int) -> None:
    planted.say(name, minor)


def missing(planted: Planted, name: str, minor: int) -> None:
    planted.expected[name] = (BreakKind.MISSING_THERE, -minor)


def extra(planted: Planted, name: str, minor: int) -> None:
    planted.say(name, minor)
    planted.say(f"{name}-X", minor)
    planted.expected[f"{name}-X"] = (BreakKind.MISSING_HERE, minor)


def doubled(planted: Planted, name: str, minor: int) -> None:
    times = planted.chance.randint(2, 3)
    for _ in range(times):
        planted.say(name, minor)
    planted.expected[name] = (BreakKind.DOUBLED, (times - 1) * minor)


def changed(planted: Planted, name: str, minor: int) -> None:
    by = planted.chance.choice([-1, 1]) * planted.chance.randint(1, 99_999)
    said = minor + by or minor + 2 * by
    planted.say(name, said)
    planted.expected[name] = (BreakKind.AMOUNT, said - minor)


def next_day(planted: Planted, name: str, minor: int) -> None:
    planted.say(name, minor, on=planted.chance.choice([-1, 1]))


def other_day(planted: Planted, name: str, minor: int) -> None:
    planted.say(name, minor, on=planted.chance.choice([-3, -2, 2, 3]))
    planted.expected[name] = (BreakKind.DAY, 0)


def in_parts(planted: Planted, name: str, minor: int) -> None:
    # Parts of unlike sizes: like ones that each are the whole would be a doubled line.
    parts = planted.chance.randint(2, 4)
    first = [minor * place // (2 * parts) for place in range(1, parts)]
    split = [*first, minor - sum(first)]
    assert all(split), "a part is something"
    assert len(set(split)) > 1, "and not the whole again"
    for amount in split:
        planted.say(name, amount)


def less_the_fee(planted: Planted, name: str, minor: int) -> None:
    fee = planted.chance.randint(1, 500)
    planted.say(name, minor - fee, fee=fee)


def not_decided_here(planted: Planted, name: str, minor: int) -> None:
    del planted.booked[name]
    planted.held[name] = minor
    planted.say(name, minor)
    planted.expected[name] = (BreakKind.STATUS, minor)


FAULTS: tuple[Fault, ...] = (
    as_it_was,
    missing,
    extra,
    doubled,
    changed,
    next_day,
    other_day,
    in_parts,
    less_the_fee,
    not_decided_here,
)


def plant(amounts: list[int], faults: list[Fault], seed: int) -> Planted:
    planted = Planted(Random(seed))
    planted.lines = {later(days): [] for days in range(-3, 4)}
    for number, (minor, fault) in enumerate(zip(amounts, faults, strict=True)):
        name = f"P{number:04d}"
        planted.booked[name] = minor
        fault(planted, name, minor)
    for lines in planted.lines.values():
        planted.chance.shuffle(lines)
    return planted


AMOUNTS = st.integers(min_value=1_000, max_value=10**9).flatmap(
    lambda minor: st.sampled_from([minor, -minor])
)
PAYMENTS = st.lists(st.tuples(AMOUNTS, st.sampled_from(FAULTS)), min_size=1, max_size=60)
# Each example is weeks of a channel's life: fewer of them, with more payments each.
PROFILE = settings.get_profile(settings.get_current_profile_name())
few = settings(max_examples=max(PROFILE.max_examples // 4, 1))


@few
@given(payments=PAYMENTS, seed=st.integers(min_value=0, max_value=10**6))
async def test_every_fault_is_found_and_nothing_else(
    database: Database, payments: list[tuple[int, Fault]], seed: int
) -> None:
    planted = plant([minor for minor, _ in payments], [fault for _, fault in payments], seed)
    channel = await Channel(database).begin()
    if planted.booked:
        await channel.book(planted.booked)
    if planted.held:
        await channel.book(planted.held, kind="pending")
    for day, lines in sorted(planted.lines.items()):
        await channel.state(lines, on=day)
        await channel.run(day)

    cases = await channel.cases()
    assert {each.reference: (each.kind, each.difference) for each in cases} == planted.expected
    held = sum(difference for _, difference in planted.expected.values())
    balances = await channel.balances()
    assert (balances.get("suspense", 0), balances.get("in_transit", 0)) == (held, 0)

    days = {day: await channel.run(day) for day in planted.lines}
    assert await channel.cases() == cases
    assert await channel.balances() == balances
    assert await channel.run(DAY) == days[DAY]
    assert sum(day.broken for day in days.values()) == sum(
        1 for kind, _ in planted.expected.values() if kind is not BreakKind.MISSING_THERE
    )

    if cases:
        await channel.resolve(cases, customer=held)
    assert await channel.run(DAY) == days[DAY]
    assert await channel.cases() == []
    assert (await channel.balances()).get("suspense", 0) == 0


@few
@given(payments=PAYMENTS, seed=st.integers(min_value=0, max_value=10**6))
async def test_the_order_of_days_makes_no_difference(
    database: Database, payments: list[tuple[int, Fault]], seed: int
) -> None:
    """Statements that come late, and last before first, lead to the same cases."""
    planted = plant([minor for minor, _ in payments], [fault for _, fault in payments], seed)
    channel = await Channel(database).begin()
    days = list(planted.lines)
    planted.chance.shuffle(days)
    for place, day in enumerate(days):
        if place == len(days) // 2 and planted.booked:
            await channel.book(planted.booked)
        if place == len(days) // 2 and planted.held:
            await channel.book(planted.held, kind="pending")
        await channel.state(planted.lines[day], on=day)
        await channel.run(day)
    cases = await channel.cases()
    assert {each.reference: (each.kind, each.difference) for each in cases} == planted.expected
