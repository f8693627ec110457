"""What may be paid out at each identity level."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import new_holder
from tests.unit.core.payments.test_payments_service import pay
from tongbao.core.parties import service as parties
from tongbao.core.parties.service import Level
from tongbao.core.payments import service
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.risk.limits import service as limits


def reason(order: service.PaymentOrder) -> tuple[str, str] | None:
    return None if order.reason is None else (order.reason.code, order.reason.iso_code)


LIMIT = ("limits.exceeded", "AM14")
ONE = ("limits.exceeded", "AM02")


async def test_who_is_not_identified_pays_nothing(tx: WriteSession) -> None:
    stranger = await new_holder(tx, "甲", money="100.00", level=Level.NONE)
    shop = await new_holder(tx, "乙")
    assert reason(await pay(tx, stranger, shop, "0.01")) == ONE
    assert reason(await pay(tx, shop, stranger, "0.01")) == ("ledger.insufficient_funds", "AM04")


@pytest.mark.parametrize(
    ("level", "amounts", "settled"),
    [
        (Level.BASIC, ["2000.01"], [False]),
        (Level.BASIC, ["2000.00", "0.01"], [True, False]),
        (Level.BASIC, ["1999.99", "0.01", "0.01"], [True, True, False]),
        (Level.STANDARD, ["10000.01", "10000.00"], [False, True]),
        (Level.FULL, ["49000000.00", "50000.00"], [True, True]),
    ],
)
async def test_a_level_bounds_a_transfer_and_a_day(
    tx: WriteSession, level: Level, amounts: list[str], settled: list[bool]
) -> None:
    payer = await new_holder(tx, "甲", money="50000000.00", level=level)
    shop = await new_holder(tx, "乙")
    orders = [await pay(tx, payer, shop, amount) for amount in amounts]
    assert [order.status is service.Status.SETTLED for order in orders] == settled
    assert {reason(order) for order in orders} <= {None, LIMIT, ONE}


async def test_the_next_day_counts_anew_and_the_year_goes_on(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="100000.00", level=Level.BASIC)
    shop = await new_holder(tx, "乙")
    orders = [
        await pay(tx, payer, shop, "2000.00", at=AT - timedelta(days=50 - day))
        for day in range(40)  # all within one year
    ]
    settled = [order.status is service.Status.SETTLED for order in orders]
    assert settled == [True] * 25 + [False] * 15
    refusal = orders[-1].refusal
    assert refusal is not None
    assert (refusal.code, refusal.facts["period"]) == (LIMIT[0], "year")
    fresh = await pay(tx, payer, shop, "2000.00", at=AT + timedelta(days=45))
    assert fresh.status is service.Status.SETTLED, "a new year"


async def test_what_was_paid_at_one_level_counts_at_the_next(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="90000.00", level=Level.FULL)
    shop = await new_holder(tx, "乙")

    async def known_as(level: Level) -> None:
        party_id = payer.account.party_id
        await parties.set_level(
            tx, party_id=party_id, level=level, reason="测试", changed_by=None, at=AT
        )

    assert reason(await pay(tx, payer, shop, "1500.00")) is None
    await known_as(Level.BASIC)
    assert reason(await pay(tx, payer, shop, "500.01")) == LIMIT
    assert reason(await pay(tx, payer, shop, "500.00")) is None
    await known_as(Level.STANDARD)
    assert reason(await pay(tx, payer, shop, "8000.01")) == LIMIT
    assert reason(await pay(tx, payer, shop, "8000.00")) is None


async def test_a_browsers_device_is_a_fact_and_a_token_has_none(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="90000.00")
    shop = await new_holder(tx, "乙")

    async def met(actor: Actor) -> dict[str, int]:
        rooms = await service.headroom(
            tx,
            debtor_account_id=payer.account.id,
            amount=Money.parse("1.00", "CNY"),
            creditor_account_number=shop.account.number,
            actor=actor,
            at=AT,
        )
        return {room.rule.code: room.used for room in rooms}

    at_portal = replace(payer.actor, device_id=new_id())
    assert set(await met(payer.actor)) == {"person_3_transaction", "person_3_day"}
    assert (await met(at_portal))["device_day"] == 0
    await pay(tx, payer, shop, "30.00", initiated_by=at_portal)
    await pay(tx, payer, shop, "12.00")
    assert (await met(at_portal))["device_day"] == 3_000
    assert (await met(at_portal))["person_3_day"] == 4_200


async def test_a_rule_of_the_portal_or_of_the_api_says_nothing_of_the_other(
    tx: WriteSession,
) -> None:
    payer = await new_holder(tx, "甲", money="90000.00")
    shop = await new_holder(tx, "乙")
    at_portal = replace(payer.actor, device_id=new_id())
    for channel, maximum in (("api", 100), ("portal", 200)):
        rule = limits.Rule(
            code=f"test_{channel}",
            title=Text(zh="测试", en="Test"),
            counted_by=frozenset({limits.Dimension.PARTY, limits.Dimension.CHANNEL}),
            window=limits.Window.DAY,
            maximum=maximum,
            operation="payments.transfer",
            channel=channel,
            product=payer.account.product.value,
        )
        await limits.set_rule(tx, rule, set_by=new_id(), at=AT)
    assert reason(await pay(tx, payer, shop, "1.00")) is None
    assert reason(await pay(tx, payer, shop, "0.01")) == LIMIT
    assert reason(await pay(tx, payer, shop, "2.00", initiated_by=at_portal)) is None
    assert reason(await pay(tx, payer, shop, "0.01", initiated_by=at_portal)) == LIMIT


async def test_a_day_begins_at_midnight_in_china(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="9000.00", level=Level.BASIC)
    shop = await new_holder(tx, "乙")
    midnight = AT.replace(hour=16)  # 24:00 in Shanghai
    before, after = midnight - timedelta(seconds=1), midnight
    assert reason(await pay(tx, payer, shop, "2000.00", at=before)) is None
    assert reason(await pay(tx, payer, shop, "0.01", at=before)) == LIMIT
    assert reason(await pay(tx, payer, shop, "2000.00", at=after)) is None


async def test_two_payments_at_once_do_not_pass_together(database: Database) -> None:
    async with database.write() as tx:
        payer = await new_holder(tx, "甲", money="9000.00", level=Level.BASIC)
        shop = await new_holder(tx, "乙")

    async def once() -> bool:
        async with database.write() as tx:
            order = await pay(tx, payer, shop, "1500.00")
            return order.status is service.Status.SETTLED

    assert sum(await asyncio.gather(*(once() for _ in range(4)))) == 1


async def test_another_currency_counts_at_its_reference_rate(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="9000.00", currency="USD", level=Level.BASIC)
    shop = await new_holder(tx, "乙", currency="USD")
    await limits.set_rate(tx, "USD", Rate.parse("8"), at=AT)
    for amount, expected in (("250.01", ONE), ("249.99", None), ("0.02", LIMIT), ("0.01", None)):
        order = await pay(tx, payer, shop, Money.parse(amount, "USD"))
        assert reason(order) == expected, amount


async def test_without_a_rate_nothing_is_paid(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="9.000", currency="KWD")
    shop = await new_holder(tx, "乙", currency="KWD")
    order = await pay(tx, payer, shop, Money.parse("1.000", "KWD"))
    assert reason(order) == ("limits.rate_missing", "AM03")


@pytest.mark.parametrize("status", [parties.Status.BLOCKED, parties.Status.CLOSED])
async def test_whoever_is_blocked_or_gone_pays_nothing(
    tx: WriteSession, status: parties.Status
) -> None:
    payer, shop = await new_holder(tx, "甲", money="9.00"), await new_holder(tx, "乙")
    await parties.change_status(
        tx,
        party_id=payer.account.party_id,
        status=status,
        reason="测试",
        changed_by=new_id(),
        at=AT,
    )
    assert reason(await pay(tx, payer, shop, "1.00")) == ("payments.party_blocked", "AG01")
    assert (await pay(tx, shop, payer, "1.00")).status is service.Status.REJECTED
