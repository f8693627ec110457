"""Amounts in other currencies: missing and expired rates, and rounding."""

import math
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.risk.limits.conftest import AT, Rules
from tongbao.infra.db import Database, undone
from tongbao.kernel.money import Money, Rate
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import RateMissing

LARGEST = 10**13


async def test_an_expired_rate_is_none_even_if_an_older_one_had_no_end(rules: Rules) -> None:
    until = AT + timedelta(hours=1)
    await rules.set(maximum=10**6)
    await limits.set_rate(rules.tx, "USD", Rate.parse("7"), at=AT - timedelta(days=1))
    await limits.set_rate(rules.tx, "USD", Rate.parse("8"), until=until, at=AT)
    assert await rules.take(rules.use(1, "USD")) == ["reserved"]
    (room,) = await limits.headroom(rules.tx, rules.use(1, "USD"), at=AT)
    assert room.amount == 8
    (refused,) = await limits.reserve(rules.tx, [rules.use(1, "USD")], at=until)
    assert isinstance(refused.error, RateMissing)
    (room,) = await limits.headroom(rules.tx, rules.use(1, "USD"), at=until)
    assert (room.amount, room.covers) == (None, False)
    await limits.set_rate(rules.tx, "USD", Rate.parse("9"), at=until)
    assert await rules.take(rules.use(1, "USD"), at=until) == ["reserved"]


async def test_what_has_no_rate_stops_nobody_else(rules: Rules) -> None:
    await rules.set(maximum=1_000)
    amounts = [(1, "KWD"), (600, "CNY"), (1, "KWD"), (401, "CNY"), (400, "CNY")]
    taken = await rules.take(*(rules.use(*each) for each in amounts))
    assert taken == ["refused", "reserved", "refused", "refused", "reserved"]


@pytest.mark.parametrize(("currency", "rate"), [("USD", "0"), ("USD", "-1"), ("CNY", "1.01")])
async def test_a_rate_nothing_could_be_compared_by(rules: Rules, currency: str, rate: str) -> None:
    with pytest.raises(limits.RateWrong):
        await limits.set_rate(rules.tx, currency, Rate.parse(rate), at=AT)
    with pytest.raises(limits.RateWrong):
        await limits.set_rate(rules.tx, "USD", Rate.parse("7"), until=AT, at=AT)


async def test_the_newest_rates_are_told(rules: Rules) -> None:
    await limits.set_rate(rules.tx, "USD", Rate.parse("7.123456789012"), at=AT)
    found = {rate.currency: rate for rate in await limits.rates(rules.tx, at=AT)}
    assert (found["USD"].cny_per_unit.text, found["USD"].valid_from) == ("7.123456789012", AT)
    assert found["CNY"].cny_per_unit == Rate.parse("1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    minor=st.integers(1, LARGEST),
    theirs=st.integers(10**8, 10**15),
    ours=st.integers(10**8, 10**15),
    currencies=st.sampled_from([("USD", "EUR"), ("JPY", "USD"), ("KWD", "JPY"), ("USD", "KWD")]),
)
async def test_what_counts_is_the_exact_value_rounded_up_by_less_than_a_minor_unit(
    database: Database, minor: int, theirs: int, ours: int, currencies: tuple[str, str]
) -> None:
    source, target = currencies
    async with database.write() as tx, undone(tx):
        rules = Rules(tx)
        await rules.set(currency=target, maximum=1)
        await limits.set_rate(tx, source, Rate(theirs), at=AT)
        await limits.set_rate(tx, target, Rate(ours), at=AT)
        (room,) = await limits.headroom(tx, rules.use(minor, source), at=AT)
    scales = Fraction(10 ** Money.zero(target).scale, 10 ** Money.zero(source).scale)
    exact = minor * Fraction(theirs, ours) * scales
    assert room.amount is not None
    # What no counter could hold counts as the most one can.
    assert room.amount == min(math.ceil(exact), 2**63 - 1)
