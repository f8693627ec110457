"""What customers set for themselves: less than the bank allows, or more for some hours."""

from datetime import datetime, timedelta

import pytest

from tests.unit.risk.limits.conftest import AT, STAFF, Rules
from tongbao.kernel.ids import new_id
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, Headroom, Rule, Whose, Window


async def room_of(rules: Rules, rule: Rule, at: datetime = AT) -> Headroom:
    return await limits.own_limit(
        rules.tx, whose(rules), tally=rule.tally, period=rule.period, at=at
    )


def whose(rules: Rules) -> Whose:
    return Whose(rules.party, "person", 1)


async def lower(rules: Rules, rule: Rule, maximum: int | None, at: datetime = AT) -> None:
    room = await room_of(rules, rule, at)
    await limits.lower(rules.tx, room, party_id=rules.party, maximum=maximum, set_by=STAFF, at=at)


async def raise_(
    rules: Rules, rule: Rule, maximum: int, *, hours: float, at: datetime = AT
) -> None:
    room = await room_of(rules, rule, at)
    await limits.raise_for_a_time(
        rules.tx,
        room,
        party_id=rules.party,
        maximum=maximum,
        until=at + timedelta(hours=hours),
        set_by=STAFF,
        at=at,
    )


async def test_a_lower_maximum_holds_at_once_and_for_one_alone(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000)
    await rules.take(rules.use(200))
    await lower(rules, rule, 300)
    assert await rules.take(rules.use(101), rules.use(100)) == ["refused", "reserved"]
    assert await rules.take(rules.use(1_000, party_id=new_id())) == ["reserved"]
    await lower(rules, rule, None)
    assert await rules.left() == [700]


async def test_the_second_own_maximum_takes_the_place_of_the_first(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000)
    await lower(rules, rule, 300)
    await lower(rules, rule, 600, at=AT + timedelta(hours=1))
    assert await rules.left(AT + timedelta(hours=1)) == [600]


@pytest.mark.parametrize(
    ("before", "after", "loosens"),
    [(None, 300, False), (300, 300, False), (300, 299, False), (300, 301, True), (300, None, True)],
)
async def test_more_than_before_is_told_from_less(
    rules: Rules, before: int | None, after: int | None, *, loosens: bool
) -> None:
    rule = await rules.set(maximum=1_000)
    await lower(rules, rule, before)
    assert (await room_of(rules, rule)).loosened_by(after) is loosens


async def test_a_raise_begins_at_once_and_ends_to_the_microsecond(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000, raise_maximum=5_000)
    await raise_(rules, rule, 5_000, hours=24)
    until = AT + timedelta(hours=24)
    just_before = until - timedelta(microseconds=1)
    assert await rules.take(rules.use(4_000)) == ["reserved"]
    room = await room_of(rules, rule)
    assert (room.left, room.raised, room.raised_until) == (1_000, 5_000, until)
    assert await rules.left(just_before) == [5_000], "a new day"
    assert await rules.take(rules.use(1_001), at=until) == ["refused"]
    assert (await room_of(rules, rule, until)).raised is None


async def test_what_was_moved_under_a_raise_counts_when_it_is_over(rules: Rules) -> None:
    rule = await rules.set(window=Window.MONTH, maximum=1_000, raise_maximum=5_000)
    await raise_(rules, rule, 5_000, hours=1)
    assert await rules.take(rules.use(4_000)) == ["reserved"]
    after = AT + timedelta(hours=1)
    assert await rules.left(after) == [0]
    assert await rules.take(rules.use(1), at=after) == ["refused"]


async def test_a_raise_beats_the_own_maximum_and_leaves_it(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000)
    await lower(rules, rule, 300)
    await raise_(rules, rule, 800, hours=2)
    assert await rules.left() == [800]
    assert await rules.left(AT + timedelta(hours=2)) == [300]
    await lower(rules, rule, None)
    assert await rules.left() == [1_000], "a raise never makes it less"


async def test_another_raise_takes_the_place_of_the_first_and_may_be_less(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000, raise_maximum=5_000)
    await raise_(rules, rule, 5_000, hours=24)
    await raise_(rules, rule, 2_000, hours=1)
    assert await rules.left() == [2_000]
    assert await rules.left(AT + timedelta(hours=1)) == [1_000]


async def test_a_raise_is_ended_early_and_harmlessly_twice(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000, raise_maximum=5_000)
    await raise_(rules, rule, 5_000, hours=24)
    for _ in range(2):
        room = await room_of(rules, rule)
        await limits.end_raise(rules.tx, room, party_id=rules.party, at=AT)
    assert await rules.left() == [1_000]


@pytest.mark.parametrize(
    ("maximum", "hours"), [(5_001, 1), (1_000, 1), (2_000, 24.0001), (2_000, 0), (-1, 1)]
)
async def test_a_raise_is_bounded(rules: Rules, maximum: int, hours: float) -> None:
    rule = await rules.set(maximum=1_000, raise_maximum=5_000)
    with pytest.raises(limits.RaiseRefused):
        await raise_(rules, rule, maximum, hours=hours)


async def test_a_raise_reaches_no_further_than_the_rule_of_the_moment(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000, raise_maximum=5_000)
    await raise_(rules, rule, 5_000, hours=24)
    later = AT + timedelta(hours=1)
    await rules.set(maximum=1_000, raise_maximum=1_500, at=later)
    assert await rules.left(later) == [1_500]


async def test_without_a_ceiling_there_is_no_raise(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000)
    with pytest.raises(limits.RaiseRefused):
        await raise_(rules, rule, 1_001, hours=1)


@pytest.mark.parametrize("maximum", [-1, 1_001])
async def test_an_own_maximum_is_lower(rules: Rules, maximum: int) -> None:
    rule = await rules.set(maximum=1_000)
    with pytest.raises(limits.NotLower):
        await lower(rules, rule, maximum)


async def test_only_what_the_party_alone_uses_up_is_its_own(rules: Rules) -> None:
    shared = await rules.set("device", counted_by=frozenset({Dimension.DEVICE}))
    own = await limits.own(rules.tx, whose(rules), at=AT)
    assert shared.code not in {room.rule.code for room in own}
    with pytest.raises(limits.UnknownRule):
        await room_of(rules, shared)


async def test_an_own_maximum_outlives_a_change_of_level(rules: Rules) -> None:
    tally = f"{rules.operation}_all"
    rule = await rules.set("one", level=1, maximum=1_000, tally=tally)
    await rules.set("two", level=2, maximum=5_000, tally=tally)
    assert tally != rule.code
    await lower(rules, rule, 400)
    assert await rules.take(rules.use(300, level=1)) == ["reserved"]
    assert await rules.take(rules.use(101, level=2), rules.use(100, level=2)) == [
        "refused",
        "reserved",
    ]
