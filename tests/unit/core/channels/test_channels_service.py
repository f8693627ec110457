"""Channels on a real database: routes, breakers, settings in versions, messages, books."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.channel_gateways import Quiet
from tests.unit.core.channels.conftest import AT
from tongbao.core.channels import service as channels
from tongbao.core.channels.models import CallbackRow, TermsRow
from tongbao.core.channels.service import (
    Answer,
    CallbackRefused,
    CallbackUnreadable,
    Circuit,
    CounterpartyKind,
    Instruction,
    NextAction,
    NoChannel,
    Observation,
    Operation,
    OrderBy,
    Outcome,
    Reason,
    ReasonEntry,
    Rule,
    SettingWrong,
    Terms,
    UnknownCallback,
    UnknownChannel,
    UnknownRoutingRule,
    reason,
)
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

Gateways = dict[str, Quiet]
BY = new_id()
MINUTE = timedelta(minutes=1)
PAID = Instruction(
    reference="0123456789",
    operation=Operation.PAY_OUT,
    amount=Money(5_00, "CNY"),
    at=AT,
    counterparty=channels.Counterparty(CounterpartyKind.CARD, "6200000000000005", "林"),
)


async def routed(tx: WriteSession, minor: int = 100_00, at: object = AT) -> tuple[str, ...]:
    found = await channels.route(
        tx,
        operation=Operation.PAY_OUT,
        amount=Money(minor, "CNY"),
        counterparty_kind=CounterpartyKind.CARD,
        at=at,  # type: ignore[arg-type]
    )
    return found.channels


async def fail(tx: WriteSession, channel: str, times: int = 5) -> None:
    await channels.observe(tx, [Observation(channel, False, 900)] * times, at=AT)


async def test_a_route_has_those_that_do_it_by_cost(tx: WriteSession, gateways: Gateways) -> None:
    assert await routed(tx) == ("card", "bank")
    assert await routed(tx, 2_000_000_00) == ("bank",)


async def test_no_channel_says_what_keeps_each_of_them(
    tx: WriteSession, gateways: Gateways
) -> None:
    with pytest.raises(NoChannel) as caught:
        await routed(tx, 90_000_000_00)
    said = caught.value.say("en")
    assert "bank takes 0.01 to 50000000.00 only" in said
    assert "wallet-a does not do this" in said
    channels.configure(channels.Configuration(gateways={}))
    with pytest.raises(NoChannel) as caught:
        await routed(tx)
    assert "未配置任何支付通道" in caught.value.say("zh")


async def test_a_breaker_opens_is_probed_once_and_closes(
    tx: WriteSession, gateways: Gateways
) -> None:
    ((before,),) = await tx.fetch("SELECT coalesce(max(seq), 0) FROM infra_outbox", ())
    await fail(tx, "card", 4)
    assert await routed(tx) == ("card", "bank")
    await fail(tx, "card", 1)
    assert await routed(tx) == ("bank",)
    assert (await channels.conditions(tx, at=AT))["card"].circuit is Circuit.OPEN
    assert await routed(tx, at=AT + MINUTE) == ("card", "bank")
    assert await routed(tx, at=AT + MINUTE) == ("bank",)
    await channels.observe(tx, [Observation("card", True, 10)], at=AT + MINUTE)
    assert await routed(tx, at=AT + MINUTE) == ("card", "bank")
    told = await tx.fetch(
        "SELECT payload ->> 'circuit' FROM infra_outbox"
        " WHERE type = 'channels.circuit_changed' AND seq > %s ORDER BY seq",
        (before,),
    )
    assert [each for (each,) in told] == ["open", "half_open", "closed"]


async def test_a_look_at_a_route_probes_nothing(tx: WriteSession, gateways: Gateways) -> None:
    await fail(tx, "card")
    for _ in range(2):
        seen = await channels.preview(
            tx, operation=Operation.PAY_OUT, amount=Money(1, "CNY"),
            counterparty_kind=CounterpartyKind.CARD, at=AT + MINUTE,
        )  # fmt: skip
        assert seen.channels == ("bank",)
    assert await routed(tx, at=AT + MINUTE) == ("card", "bank")


async def test_a_channel_that_cannot_do_it_is_not_probed(
    tx: WriteSession, gateways: Gateways
) -> None:
    await fail(tx, "card")
    assert await routed(tx, 2_000_000_00, at=AT + MINUTE) == ("bank",)
    assert await routed(tx, at=AT + MINUTE) == ("card", "bank")


async def test_observations_of_several_channels_are_counted_apart(
    tx: WriteSession, gateways: Gateways
) -> None:
    await channels.observe(
        tx,
        [Observation("card", True, 30), Observation("bank", False, 10),
         Observation("card", True, 50)],
        at=AT,
    )  # fmt: skip
    how = await channels.conditions(tx, at=AT)
    assert (how["card"].seen, how["card"].good_percent, how["card"].latency_ms) == (2, 100, 40)
    assert (how["bank"].seen, how["bank"].good_percent) == (1, 0)
    assert how["wallet-a"].seen == 0
    await channels.observe(tx, [], at=AT)


async def test_a_rule_holds_from_its_moment_until_it_is_ended(
    tx: WriteSession, gateways: Gateways
) -> None:
    rule = Rule(code="bank_first", position=1, order_by=OrderBy.SUCCESS, preferred=("bank",))
    await channels.set_rule(tx, rule, set_by=BY, at=AT)
    assert await routed(tx) == ("bank", "card")
    await channels.set_rule(tx, rule, set_by=BY, at=AT + MINUTE)  # the same again: nothing
    await channels.set_rule(tx, replace(rule, excluded=("card",)), set_by=BY, at=AT + 2 * MINUTE)
    assert await routed(tx, at=AT + MINUTE) == ("bank", "card")
    assert await routed(tx, at=AT + 2 * MINUTE) == ("bank",)
    await channels.end_rule(tx, "bank_first", at=AT + 3 * MINUTE)
    codes = [each.code for each in await channels.rules(tx, at=AT + 3 * MINUTE)]
    assert "bank_first" not in codes
    assert await routed(tx, at=AT + 3 * MINUTE) == ("card", "bank")
    with pytest.raises(UnknownRoutingRule):
        await channels.end_rule(tx, "bank_first", at=AT + 4 * MINUTE)
    with pytest.raises(SettingWrong):
        await channels.set_rule(tx, replace(rule, excluded=("none",)), set_by=BY, at=AT)


async def test_terms_take_the_place_of_the_plugins(tx: WriteSession, gateways: Gateways) -> None:
    dearer = Terms(fee_fixed_minor=9_00)
    facts = {"channel": "card", "operation": Operation.PAY_OUT, "set_by": BY}
    await channels.set_terms(tx, terms=dearer, at=AT, **facts)  # type: ignore[arg-type]
    assert await routed(tx) == ("bank", "card")
    assert (await channels.terms_set(tx, at=AT))["card", Operation.PAY_OUT] == dearer
    off = replace(dearer, is_offered=False)
    await channels.set_terms(tx, terms=off, at=AT + MINUTE, **facts)  # type: ignore[arg-type]
    assert await routed(tx, at=AT + MINUTE) == ("bank",)
    await channels.set_terms(tx, terms=off, at=AT + 2 * MINUTE, **facts)  # type: ignore[arg-type]
    mine = select(func.count()).select_from(TermsRow).where(TermsRow.set_by == BY)
    assert await tx.scalar(mine) == 2
    with pytest.raises(SettingWrong):
        await channels.set_terms(
            tx, channel="bank", operation=Operation.REFUND, terms=off, set_by=BY, at=AT
        )
    with pytest.raises(UnknownChannel):
        await channels.set_terms(
            tx, channel="none", operation=Operation.PAY_OUT, terms=off, set_by=BY, at=AT
        )


async def test_what_is_offered_is_so_for_some_amount_whatever_rules_say(
    tx: WriteSession, gateways: Gateways
) -> None:
    async def offered(kind: CounterpartyKind | None = CounterpartyKind.CARD) -> set[str]:
        found = await channels.offered(
            tx, operation=Operation.PAY_OUT, counterparty_kind=kind, at=AT
        )
        return {each.channel for each in found}

    async def set_terms(terms: Terms, at: datetime) -> None:
        await channels.set_terms(
            tx, channel="bank", operation=Operation.PAY_OUT, terms=terms, set_by=BY, at=at
        )

    assert await offered() == {"card", "bank"}
    assert await offered(CounterpartyKind.WALLET) == {"wallet-a", "wallet-b"}
    rule = Rule(code="no_bank", position=1, order_by=OrderBy.COST, excluded=("bank",))
    await channels.set_rule(tx, rule, set_by=BY, at=AT)
    assert await routed(tx) == ("card",)
    assert await offered() == {"card", "bank"}
    large = Terms(amount_min_minor=1_000_000_00)
    await set_terms(large, AT - MINUTE)
    assert await offered() == {"card", "bank"}
    await set_terms(replace(large, is_offered=False), AT)
    assert await offered() == {"card"}
    await fail(tx, "card")
    assert await offered() == set()


async def test_what_a_code_means_is_set_for_one_channel_or_everywhere(
    tx: WriteSession, gateways: Gateways
) -> None:
    everywhere = ReasonEntry(
        reason="over_limit", iso_code="AM02", action=NextAction.RETRY_LATER,
        title=Text(zh="稍后再试", en="Later"),
    )  # fmt: skip
    of_code = replace(
        everywhere, channel="card", channel_code="61", action=NextAction.PERSON,
        title=Text(zh="卡组织限额", en="The network's limit"),
    )  # fmt: skip
    said = reason(Reason.OVER_LIMIT, channel_code="61")
    assert await channels.explain(tx, "card", said, at=AT) == said
    for entry in (everywhere, of_code):
        await channels.set_reason(tx, entry, set_by=BY, at=AT)
    of_card = await channels.explain(tx, "card", said, at=AT)
    assert (of_card.action, of_card.title.en) == (NextAction.PERSON, "The network's limit")
    assert of_card.channel_code == "61"
    elsewhere = await channels.explain(tx, "bank", said, at=AT)
    assert (elsewhere.action, elsewhere.title.zh) == (NextAction.RETRY_LATER, "稍后再试")
    assert await channels.explain(tx, "bank", said, at=AT - MINUTE) == said
    keys = [each.key for each in await channels.reasons(tx, at=AT)]
    assert [each for each in keys if each in {"card/61", "over_limit"}] == ["card/61", "over_limit"]
    with pytest.raises(SettingWrong):
        await channels.set_reason(tx, replace(everywhere, reason="no_such"), set_by=BY, at=AT)
    with pytest.raises(UnknownChannel):
        await channels.set_reason(tx, replace(of_code, channel="none"), set_by=BY, at=AT)


async def test_an_answer_comes_with_its_reason_as_staff_have_set_it(
    database: Database, gateways: Gateways
) -> None:
    code = f"c{new_id().hex}"
    said = reason(Reason.MALFORMED, channel_code=code)
    gateways["card"].answer = Answer(outcome=Outcome.NOT_DONE, reason=said)
    assert (await channels.submit("card", PAID)).reason == said
    entry = ReasonEntry(
        reason="malformed", iso_code="FF01", action=NextAction.GIVE_UP,
        title=Text(zh="报文", en="Message"), channel="card", channel_code=code,
    )  # fmt: skip
    async with database.write() as tx:
        await channels.set_reason(tx, entry, set_by=BY, at=AT)
    channels.configure(
        channels.Configuration(gateways=gateways, clock=lambda: AT, database=database)
    )
    for answered in (await channels.submit("card", PAID), await channels.inquire("card", PAID)):
        assert answered.reason is not None
        assert answered.reason.action is NextAction.GIVE_UP
        assert answered.outcome is Outcome.NOT_DONE


async def test_an_answer_is_not_lost_because_the_database_is(gateways: Gateways) -> None:
    gone = Database.connect("postgresql://nobody@127.0.0.1:1/none", wait_seconds_max=1.0)
    gateways["card"].answer = Answer(
        outcome=Outcome.NOT_DONE, reason=reason(Reason.INSUFFICIENT_FUNDS)
    )
    channels.configure(channels.Configuration(gateways=gateways, clock=lambda: AT, database=gone))
    answered = await channels.submit("card", PAID)
    assert answered.outcome is Outcome.NOT_DONE
    assert answered.reason == reason(Reason.INSUFFICIENT_FUNDS)
    await gone.close()


async def test_a_plugins_defect_leaves_the_outcome_open(gateways: Gateways) -> None:
    gateways["card"].answer = ZeroDivisionError()
    for verb in (channels.submit, channels.inquire):
        answered = await verb("card", PAID)
        assert answered.outcome is Outcome.UNKNOWN
        assert answered.reason == reason(Reason.BROKEN_ANSWER)


async def test_another_amount_than_ordered_is_for_a_person(gateways: Gateways) -> None:
    gateways["card"].answer = Answer(outcome=Outcome.DONE, amount=Money(5_01, "CNY"))
    answered = await channels.submit("card", PAID)
    assert (answered.outcome, answered.amount) == (Outcome.UNKNOWN, Money(5_01, "CNY"))
    assert answered.reason == reason(Reason.AMOUNT_DIFFERS)


async def test_what_a_channel_does_not_do_is_never_sent(gateways: Gateways) -> None:
    answered = await channels.submit("wallet-a", PAID)
    assert (answered.outcome, answered.reason) == (Outcome.NOT_DONE, reason(Reason.NOT_OFFERED))
    assert gateways["wallet-a"].asked == []
    with pytest.raises(UnknownChannel):
        await channels.submit("none", PAID)


async def test_a_message_is_stored_sealed_once_and_told_for_each_payment(
    tx: WriteSession, gateways: Gateways
) -> None:
    one, other = new_id().hex, new_id().hex
    body, headers = f"m-{one}:{one},{other}".encode(), {"x-signature": "right", "cookie": "c"}
    for _ in range(2):
        told = await channels.receive(tx, "wallet-a", headers=headers, body=body, at=AT)
        assert (told.status, told.body) == (200, b"success")
    (row,) = (await tx.scalars(select(CallbackRow).where(CallbackRow.event_id == f"m-{one}"))).all()
    assert row.headers == {"x-signature": "right"}
    assert one.encode() not in row.body_sealed
    events = await tx.fetch(
        "SELECT payload ->> 'callback_id', payload ->> 'reference', payload ->> 'kind'"
        " FROM infra_outbox WHERE type = 'channels.callback_received' AND subject IN (%s, %s)"
        " ORDER BY seq",
        (one, other),
    )
    assert events == [(str(row.id), one, "outcome"), (str(row.id), other, "outcome")]
    assert [each.reference for each in await channels.notices(tx, row.id)] == [one, other]
    # The same id from another channel is another message.
    await channels.receive(tx, "wallet-b", headers=headers, body=body, at=AT)
    count = select(func.count()).select_from(CallbackRow).where(CallbackRow.event_id == f"m-{one}")
    assert await tx.scalar(count) == 2


async def test_what_is_no_message_of_the_channel_is_not_stored(
    tx: WriteSession, gateways: Gateways
) -> None:
    before = await tx.scalar(select(func.count()).select_from(CallbackRow))
    for headers, body, error in (
        ({}, b"a:b", CallbackRefused),
        ({"x-signature": "right"}, b"no", CallbackUnreadable),
        ({"x-signature": "right"}, b"x" * 65 + b":b", CallbackUnreadable),
        ({"x-signature": "right"}, b"\x00:b", CallbackUnreadable),
        ({"x-signature": "right"}, b":b", CallbackUnreadable),
    ):
        with pytest.raises(error):
            await channels.receive(tx, "card", headers=headers, body=body, at=AT)
    with pytest.raises(UnknownChannel):
        await channels.receive(tx, "none", headers={}, body=b"", at=AT)
    assert await tx.scalar(select(func.count()).select_from(CallbackRow)) == before
    with pytest.raises(UnknownCallback):
        await channels.notices(tx, new_id())


async def test_books_are_opened_on_first_use_each_on_its_side(
    tx: WriteSession, gateways: Gateways
) -> None:
    first = await channels.books(tx, channel="card", currency="CNY", at=AT)
    assert await channels.books(tx, channel="card", currency="CNY", at=AT) == first
    other = await channels.books(tx, channel="bank", currency="CNY", at=AT)
    assert len({first.in_transit, first.suspense, first.fees, other.in_transit}) == 4
    categories = [
        (await ledger.account(tx, each)).category
        for each in (first.in_transit, first.suspense, first.fees)
    ]
    assert categories == [
        ledger.Category.ASSET, ledger.Category.LIABILITY, ledger.Category.EXPENSE
    ]  # fmt: skip
    with pytest.raises(UnknownChannel):
        await channels.books(tx, channel="none", currency="CNY", at=AT)
