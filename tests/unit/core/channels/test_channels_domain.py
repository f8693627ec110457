"""The rules of channels: breakers, routes, terms, reasons."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.channels.domain.health import (
    FAILURES_IN_ROW_MAX,
    REST,
    SEEN_MIN,
    Breaker,
    Circuit,
    Condition,
    Observation,
)
from tongbao.core.channels.domain.routing import Asked, Offer, Rule, choose
from tongbao.core.channels.service import (
    REASONS,
    Answer,
    CounterpartyKind,
    Features,
    NextAction,
    Operation,
    OrderBy,
    Outcome,
    Reason,
    Terms,
    plugins,
    reason,
)
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
GOOD, BAD = Observation("x", True, 100), Observation("x", False, 900)


def test_failures_in_a_row_open_the_breaker_and_one_less_does_not() -> None:
    nearly = Breaker(AT).observed([BAD] * (FAILURES_IN_ROW_MAX - 1), AT)
    assert nearly.circuit is Circuit.CLOSED
    assert nearly.observed([BAD], AT).circuit is Circuit.OPEN
    assert nearly.observed([GOOD, BAD], AT).circuit is Circuit.CLOSED


def test_half_of_many_answers_bad_open_it_though_none_follow_each_other() -> None:
    turns = [GOOD, BAD] * (SEEN_MIN // 2)
    assert Breaker(AT).observed(turns[:-1], AT).circuit is Circuit.CLOSED
    assert Breaker(AT).observed(turns, AT).circuit is Circuit.OPEN


def test_what_is_older_than_the_window_is_forgotten() -> None:
    seen = Breaker(AT).observed([BAD, GOOD] * 9, AT)
    assert (seen.condition(AT).seen, seen.condition(AT).good_percent) == (18, 50)
    later = AT + timedelta(minutes=10)
    assert seen.condition(later) == Condition()
    assert seen.observed([GOOD, BAD], later).circuit is Circuit.CLOSED


def test_an_open_breaker_lets_one_through_after_its_rest_and_another_if_that_is_lost() -> None:
    opened = Breaker(AT).observed([BAD] * FAILURES_IN_ROW_MAX, AT)
    assert not opened.may_probe(AT + REST - timedelta(seconds=1))
    probed = opened.probed(AT + REST)
    assert (probed.circuit, probed.may_probe(AT + REST)) == (Circuit.HALF_OPEN, False)
    assert probed.may_probe(AT + 2 * REST)
    assert probed.observed([GOOD], AT + REST).circuit is Circuit.CLOSED
    again = probed.observed([BAD], AT + REST)
    assert (again.circuit, again.since) == (Circuit.OPEN, AT + REST)


def test_an_inquiry_answered_well_lets_a_probe_through_at_once() -> None:
    opened = Breaker(AT).observed([BAD] * FAILURES_IN_ROW_MAX, AT)
    heard = opened.observed([GOOD], AT + timedelta(seconds=1))
    assert heard.circuit is Circuit.HALF_OPEN
    assert heard.may_probe(AT + timedelta(seconds=1))


def test_a_breaker_that_closed_begins_anew() -> None:
    opened = Breaker(AT).observed([BAD] * SEEN_MIN, AT).probed(AT + REST)
    closed = opened.observed([GOOD], AT + REST)
    assert closed.observed([BAD], AT + REST).circuit is Circuit.CLOSED


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=60))
def test_a_breaker_never_rests_for_ever_and_never_closes_without_a_good_answer(
    answers: list[tuple[bool, int]],
) -> None:
    breaker, at = Breaker(AT), AT
    for good, seconds in answers:
        at += timedelta(seconds=seconds)
        after = breaker.observed([GOOD if good else BAD], at)
        if breaker.circuit is not Circuit.CLOSED and after.circuit is Circuit.CLOSED:
            assert good
            assert breaker.circuit is Circuit.HALF_OPEN
        breaker = after
    assert breaker.may_probe(at + REST)
    condition = breaker.condition(at)
    assert 0 <= condition.good_percent <= 100
    assert condition.seen <= len(answers)


@pytest.mark.parametrize(
    ("answer", "is_good"),
    [
        (Answer(outcome=Outcome.DONE), True),
        (Answer(outcome=Outcome.PENDING), True),
        (Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.INSUFFICIENT_FUNDS)), True),
        (Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.UNREACHABLE)), False),
        (Answer(outcome=Outcome.UNKNOWN, reason=reason(Reason.TIMED_OUT)), False),
    ],
)
def test_a_payment_refused_for_its_own_sake_is_a_good_answer(
    answer: Answer,
    is_good: bool,  # noqa: FBT001
) -> None:
    assert Observation.of("x", answer, latency_ms=5).is_good is is_good


def terms(**other: object) -> Terms:
    return replace(Terms(), **other)  # type: ignore[arg-type]


def test_a_cost_is_a_fixed_part_and_a_share_between_two_bounds() -> None:
    cost = terms(fee_fixed_minor=10, fee_rate=Rate.percent("0.5"), fee_min_minor=20,
                 fee_max_minor=1_00)  # fmt: skip
    assert [cost.cost(Money(each, "CNY")).minor for each in (1, 50_00, 30_01, 1_000_00)] == [
        20, 35, 25, 1_00,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opens", "closes", "moment", "is_open"),
    [
        ("00:00", "00:00", "03:00", True),
        ("08:30", "17:00", "08:30", True),
        ("08:30", "17:00", "17:00", False),
        ("22:00", "04:00", "23:59", True),
        ("22:00", "04:00", "03:59", True),
        ("22:00", "04:00", "04:00", False),
    ],
)
def test_hours_are_from_and_up_to_and_may_pass_midnight(
    opens: str,
    closes: str,
    moment: str,
    is_open: bool,  # noqa: FBT001
) -> None:
    told = terms(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
    assert told.is_open(time.fromisoformat(moment), is_business_day=True) is is_open
    weekdays = replace(told, business_days_only=True)
    assert not weekdays.is_open(time.fromisoformat(moment), is_business_day=False)


ASKED = Asked(
    operation=Operation.PAY_OUT,
    amount=Money(100_00, "CNY"),
    kind=CounterpartyKind.CARD,
    moment=time(12),
    is_business_day=True,
)


def offer(channel: str, fee: int, **other: object) -> Offer:
    features = Features(
        title=Text(zh="通道", en="channel"),
        currency="CNY",
        kinds={Operation.PAY_OUT: frozenset({CounterpartyKind.CARD})},
        terms={},
    )
    made = Offer(
        channel=channel,
        features=features,
        terms=Terms(fee_fixed_minor=fee),
        condition=Condition(),
    )
    return replace(made, **other)  # type: ignore[arg-type]


def test_without_a_rule_the_cheapest_comes_first_then_the_name() -> None:
    found = choose(ASKED, [offer("c", 5), offer("b", 5), offer("a", 9)], [])
    assert found.channels == ("b", "c", "a")
    assert found.rule is None
    assert "5" in found.candidates[0].why.en


def test_a_rule_prefers_excludes_and_says_what_counts() -> None:
    slow, bad = Condition(latency_ms=900), Condition(seen=50, good_percent=90)
    offers = [
        offer("a", 1, condition=slow), offer("b", 2, condition=bad), offer("c", 3), offer("d", 4)
    ]  # fmt: skip
    for order_by, expected in (
        (OrderBy.COST, ("d", "a", "b")),
        (OrderBy.SUCCESS, ("d", "a", "b")),
        (OrderBy.LATENCY, ("d", "b", "a")),
    ):
        rule = Rule(code="one", position=1, order_by=order_by, preferred=("d",), excluded=("c",))
        found = choose(ASKED, offers, [rule])
        assert found.channels == expected, order_by
        assert found.rule == "one"
        assert "preferred by one" in found.candidates[0].why.en
        (left,) = found.left_out
        assert (left.channel, left.why.en) == ("c", "is excluded by the rule one")


def test_the_first_rule_that_fits_counts() -> None:
    fits = Rule(code="second", position=2, amount_min_minor=50_00, amount_max_minor=100_00)
    others = [
        Rule(code="refunds", position=1, operation=Operation.REFUND),
        Rule(code="wallets", position=1, counterparty_kind=CounterpartyKind.WALLET),
        Rule(code="large", position=1, amount_min_minor=100_01),
        Rule(code="third", position=3),
    ]
    assert choose(ASKED, [offer("a", 1)], [*others, fits]).rule == "second"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"terms": None}, "does not do this"),
        ({"terms": Terms(is_offered=False)}, "is switched off"),
        ({"terms": Terms(amount_max_minor=99_99)}, "takes 0.01 to 99.99 only"),
        ({"terms": Terms(opens=time(13), closes=time(14))}, "is closed now (13:00-14:00)"),
        ({"condition": Condition(Circuit.OPEN)}, "fails, and rests"),
        ({"condition": Condition(Circuit.HALF_OPEN)}, "fails, and rests"),
    ],
)
def test_a_channel_is_left_out_for_a_reason(changed: dict[str, object], why: str) -> None:
    found = choose(ASKED, [offer("a", 1, **changed)], [])
    assert found.candidates == ()
    assert [each.why.en for each in found.left_out] == [why]
    assert found.left_out[0].why.zh


def test_another_currency_or_counterparty_is_not_offered() -> None:
    dollars = replace(ASKED, amount=Money(1, "USD"))
    assert choose(dollars, [offer("a", 1)], []).left_out[0].why.en == "does not take USD"
    wallet = replace(ASKED, kind=CounterpartyKind.WALLET)
    assert choose(wallet, [offer("a", 1)], []).left_out[0].why.en == "does not do this"


def test_a_probe_comes_first_whatever_it_costs() -> None:
    probe = offer("z", 99, condition=Condition(Circuit.HALF_OPEN), is_probe=True)
    found = choose(ASKED, [offer("a", 1), probe], [])
    assert found.channels == ("z", "a")
    assert found.candidates[0].why.en.startswith("probed after it failed")


def test_every_reason_has_words_a_code_of_iso_20022_and_something_to_do() -> None:
    assert set(REASONS) == set(Reason)
    for code, each in REASONS.items():
        assert each.code == code
        assert len(each.iso_code) == 4
        assert each.title.zh
        assert each.title.en
        assert each.action in NextAction


def test_what_leaves_the_outcome_open_is_never_given_to_another_channel() -> None:
    for code in (Reason.TIMED_OUT, Reason.BROKEN_ANSWER, Reason.OTHER, Reason.AMOUNT_DIFFERS,
                 Reason.REFERENCE_REUSED):  # fmt: skip
        assert REASONS[code].action in {NextAction.INQUIRE, NextAction.PERSON}


def test_each_plugin_has_terms_for_all_it_does() -> None:
    for name, plugin in plugins().items():
        assert plugin.features.kinds.keys() == plugin.features.terms.keys(), name
        assert all(plugin.features.kinds.values()), name
