from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.unit.risk.limits.conftest import AT, Rules
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Rate
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, LimitExceeded, Measure, RateMissing, Window


async def test_uses_are_judged_in_order_and_a_refused_one_takes_nothing(rules: Rules) -> None:
    await rules.set(maximum=1_000)
    taken = await rules.take(rules.use(600), rules.use(500), rules.use(400), rules.use(1))
    assert taken == ["reserved", "refused", "reserved", "refused"]
    assert await rules.left() == [0]


async def test_a_use_takes_of_all_its_rules_or_of_none(rules: Rules) -> None:
    await rules.set("day", maximum=1_000)
    await rules.set("month", window=Window.MONTH, maximum=1_500)
    assert await rules.take(rules.use(900)) == ["reserved"]
    tomorrow = AT + timedelta(days=1)
    assert await rules.take(rules.use(700), at=tomorrow) == ["refused"]
    assert await rules.left(tomorrow) == [1_000, 600]
    assert await rules.take(rules.use(600), at=tomorrow) == ["reserved"]


async def test_the_refusal_names_the_rule_and_what_is_left(rules: Rules) -> None:
    rule = await rules.set(maximum=1_000)
    await rules.take(rules.use(999))
    (refused,) = await limits.reserve(rules.tx, [rules.use(2)], at=AT)
    with pytest.raises(LimitExceeded) as raised:
        refused.raise_for_refusal()
    assert raised.value.facts["rule_code"] == rule.code
    assert (raised.value.facts["maximum"], raised.value.facts["left"]) == ("CNY 10.00", "CNY 0.01")


async def test_the_same_use_again_takes_nothing(rules: Rules) -> None:
    await rules.set(maximum=1_000)
    use = rules.use(600)
    assert await rules.take(use) == ["reserved"]
    assert await rules.take(use, rules.use(400)) == ["duplicate", "reserved"]
    assert await rules.left() == [0]


async def test_what_came_to_nothing_is_given_back_once(rules: Rules) -> None:
    await rules.set("day", maximum=1_000)
    await rules.set("hours", window=Window.ROLLING, rolling_hours=24, maximum=1_000)
    use, other = rules.use(600), rules.use(400)
    await rules.take(use, other)
    assert await limits.release(rules.tx, [use.id, new_id()], at=AT) == {use.id}
    assert await limits.release(rules.tx, [use.id], at=AT) == set()
    assert await rules.left() == [600, 600]


@pytest.mark.parametrize(
    ("window", "after"),
    [
        # Midnight in Shanghai is 16:00 UTC of the day before.
        (Window.DAY, datetime(2026, 11, 20, 16, tzinfo=UTC)),
        (Window.MONTH, datetime(2028, 2, 29, 16, tzinfo=UTC)),
        (Window.YEAR, datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
async def test_windows_end_at_midnight_of_the_bank(
    rules: Rules, window: Window, after: datetime
) -> None:
    before = after - timedelta(seconds=1)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    await rules.set(window=window, maximum=1_000, at=long_ago)
    assert await rules.take(rules.use(1_000), at=before) == ["reserved"]
    assert await rules.take(rules.use(1), at=before) == ["refused"]
    assert await rules.take(rules.use(1_000), at=after) == ["reserved"]


async def test_a_rolling_window_forgets_to_the_second(rules: Rules) -> None:
    await rules.set(window=Window.ROLLING, rolling_hours=24, maximum=1_000)
    await rules.take(rules.use(700))
    await rules.take(rules.use(300), at=AT + timedelta(hours=1))
    edge = AT + timedelta(hours=24)
    assert await rules.take(rules.use(1), at=edge - timedelta(seconds=1)) == ["refused"]
    assert await rules.take(rules.use(700), at=edge) == ["reserved"]
    assert await rules.take(rules.use(1), at=edge) == ["refused"]


async def test_a_rule_of_one_transaction_keeps_no_count(rules: Rules) -> None:
    await rules.set(window=Window.TRANSACTION, maximum=1_000)
    assert await rules.take(rules.use(1_000), rules.use(1_001), rules.use(1_000)) == [
        "reserved",
        "refused",
        "reserved",
    ]


async def test_a_rule_may_count_uses(rules: Rules) -> None:
    await rules.set(measure=Measure.COUNT, currency=None, maximum=2)
    assert await rules.take(*(rules.use(10**9) for _ in range(3))) == [
        "reserved",
        "reserved",
        "refused",
    ]
    (refused,) = await limits.reserve(rules.tx, [rules.use()], at=AT)
    assert refused.error is not None
    assert refused.error.facts["maximum"] == "2"


async def test_rules_count_by_what_they_name(rules: Rules) -> None:
    await rules.set(
        counted_by=frozenset({Dimension.PARTY, Dimension.DEVICE, Dimension.COUNTERPARTY}),
        maximum=10,
    )
    one = {"device": "d1", "counterparty": "c1"}
    assert await rules.take(rules.use(10, **one)) == ["reserved"]
    assert await rules.take(rules.use(1, **one)) == ["refused"]
    for other in ({**one, "device": "d2"}, {**one, "counterparty": "c2"}):
        assert await rules.take(rules.use(10, **other)) == ["reserved"]
    assert await rules.take(rules.use(10, **one, party_id=new_id())) == ["reserved"]
    # It says nothing of a use that has no device.
    assert await rules.take(rules.use(10**6, counterparty="c1")) == ["reserved"]


@pytest.mark.parametrize(
    ("condition", "meets", "misses"),
    [
        ({"party_kind": "person"}, {"party_kind": "person"}, {"party_kind": "organisation"}),
        ({"level": 1}, {"level": 1}, {"level": 2}),
        ({"product": "current"}, {"product": "current"}, {"product": "savings"}),
        ({"channel": "web"}, {"channel": "web"}, {"channel": None}),
    ],
)
async def test_rules_meet_whom_they_name(
    rules: Rules, condition: dict[str, Any], meets: dict[str, Any], misses: dict[str, Any]
) -> None:
    await rules.set(maximum=0, **condition)
    assert await rules.take(rules.use(1, **meets), rules.use(1, **misses)) == [
        "refused",
        "reserved",
    ]


async def test_another_currency_counts_at_the_reference_rate_rounded_up(rules: Rules) -> None:
    await limits.set_rate(rules.tx, "USD", Rate.parse("7.1"), at=AT)
    await limits.set_rate(rules.tx, "JPY", Rate.parse("0.0465"), at=AT)
    await limits.set_rate(rules.tx, "CNY", Rate.parse("1"), at=AT)
    await rules.set("cny", maximum=7_101)
    await rules.set("usd", currency="USD", maximum=1_001)
    # 10.00 dollars are 71.00 yuan, and 65 yen are 3.0225 yuan, or 0.4257 dollars.
    assert await rules.take(rules.use(1_000, "USD")) == ["reserved"]
    assert await rules.left() == [1, 1]
    assert await rules.take(rules.use(65, "JPY")) == ["refused"]
    assert await rules.take(rules.use(1, "CNY")) == ["reserved"]
    assert await rules.left() == [0, 0]


async def test_without_a_rate_nothing_is_compared_and_nothing_moves(rules: Rules) -> None:
    await rules.set()
    (refused,) = await limits.reserve(rules.tx, [rules.use(1, "KWD")], at=AT)
    assert isinstance(refused.error, RateMissing)
    assert await rules.left() == [1_000]


async def test_the_largest_amount_there_is_is_refused_and_not_an_error(rules: Rules) -> None:
    await limits.set_rate(rules.tx, "USD", Rate.parse("7.1"), at=AT)
    await limits.set_rate(rules.tx, "CNY", Rate.parse("1"), at=AT)
    await rules.set(maximum=10**17)
    largest = 2**63 - 1
    assert await rules.take(rules.use(largest), rules.use(largest, "USD"), rules.use(10**17)) == [
        "refused",
        "refused",
        "reserved",
    ]


async def test_without_rules_everything_may_be_moved(rules: Rules) -> None:
    assert await rules.take(rules.use(10**15)) == ["reserved"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE limits_counter SET used_day = 0",
        "DELETE FROM limits_reservation",
        "INSERT INTO limits_counter (subject, tally) VALUES (gen_random_uuid(), 'outgoing')",
    ],
)
async def test_nobody_writes_a_counter_but_by_reserving(tx: WriteSession, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await tx.execute(text(statement))


async def test_what_was_used_holds_against_the_next_version(rules: Rules) -> None:
    await rules.set(maximum=1_000)
    await rules.take(rules.use(800))
    later = AT + timedelta(hours=1)
    await rules.set(maximum=900, at=later)
    assert await rules.take(rules.use(101), rules.use(100), at=later) == ["refused", "reserved"]
    for change in ({"window": Window.MONTH}, {"tally": "another"}, {"currency": "USD"}):
        with pytest.raises(limits.RuleWrong):
            await rules.set(**change, at=later)


async def test_a_rule_ends(rules: Rules) -> None:
    rule = await rules.set(maximum=0)
    later = AT + timedelta(hours=1)
    await limits.end_rule(rules.tx, rule.code, at=later)
    assert await rules.take(rules.use(), at=later) == ["reserved"]
    with pytest.raises(limits.UnknownRule):
        await limits.end_rule(rules.tx, rule.code, at=later)
