"""Refunds, full and part, here and over channels; never more than was paid."""

import asyncio

import pytest

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.outgoing import drive, events, money, path
from tests.unit.core.payments.test_cards import cny, holder_of, top_up, verified
from tests.unit.core.payments.test_payments_service import pay
from tongbao.core.payments import service
from tongbao.core.payments.domain import refunds
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id


async def refund(
    database: Database, order_id: object, by: Holder, amount: str | None, clock: Clock
) -> service.Transfer:
    async with database.write() as tx:
        return await service.refund(
            tx,
            order_id,  # type: ignore[arg-type]
            amount=None if amount is None else cny(amount),
            remittance="退货",
            initiated_by=by.actor,
            at=clock(),
        )


async def paid(database: Database) -> tuple[Holder, Holder, service.Transfer]:
    """Return a buyer, a shop and what the one paid the other: 100.00."""
    async with database.write() as tx:
        buyer, shop = await new_holder(tx, "买家", money="100.00"), await new_holder(tx, "商户")
        return buyer, shop, await pay(tx, buyer, shop, "100.00")


async def test_a_part_and_then_all_that_is_left(database: Database) -> None:
    (buyer, shop, order), clock = await paid(database), Clock()
    part = await refund(database, order.id, shop, "30.00", clock)
    assert (part.status, part.kind, part.original_id) == ("settled", "refund", order.id)
    assert (await money(database, buyer), await money(database, shop)) == (
        ("30.00", "30.00"),
        ("70.00", "70.00"),
    )
    rest = await refund(database, order.id, shop, None, clock)
    assert rest.amount == cny("70.00")
    with pytest.raises(refunds.RefundTooLarge):
        await refund(database, order.id, shop, None, clock)
    with pytest.raises(refunds.RefundTooLarge):
        await refund(database, order.id, shop, "0.01", clock)
    assert (await money(database, buyer), await money(database, shop)) == (
        ("100.00", "100.00"),
        ("0.00", "0.00"),
    )
    assert await path(database, part.id) == ["created", "screened", "reserved", "settled"]
    assert await events(database, part.id) == [
        "payments.payment_settled",
        "payments.refund_settled",
    ]
    async with database.read() as tx:
        assert [each.id for each in await service.refunds_of(tx, order.id)] == [part.id, rest.id]
        assert (await service.get(tx, order.id)).refunded_minor == 100_00


async def test_of_two_refunds_of_sixty_percent_at_once_one_is_refused(database: Database) -> None:
    (buyer, shop, order), clock = await paid(database), Clock()

    async def once() -> str:
        try:
            return (await refund(database, order.id, shop, "60.00", clock)).status
        except refunds.RefundTooLarge:
            return "too_large"

    assert sorted(await asyncio.gather(*(once() for _ in range(5)))) == [
        "settled", *["too_large"] * 4,
    ]  # fmt: skip
    assert await money(database, buyer) == ("60.00", "60.00")


async def test_only_who_received_it_refunds_it(database: Database) -> None:
    (buyer, shop, order), clock = await paid(database), Clock()
    for wrong in (buyer, await holder_of(database)):
        with pytest.raises(service.UnknownPayment):
            await refund(database, order.id, wrong, None, clock)
    with pytest.raises(service.UnknownPayment):
        await refund(database, new_id(), shop, None, clock)


async def test_a_shop_that_has_spent_it_cannot_refund_and_nothing_is_counted(
    database: Database,
) -> None:
    (buyer, shop, order), clock = await paid(database), Clock()
    async with database.write() as tx:
        await pay(tx, shop, buyer, "80.00")
    refused = await refund(database, order.id, shop, "50.00", clock)
    assert refused.refusal is not None
    assert refused.refusal.code == "ledger.insufficient_funds"
    async with database.read() as tx:
        assert (await service.get(tx, order.id)).refunded_minor == 0


async def test_a_rejected_payment_and_a_refund_are_not_refunded(database: Database) -> None:
    (buyer, shop, order), clock = await paid(database), Clock()
    async with database.write() as tx:
        rejected = await pay(tx, buyer, shop, "100.00")
    assert rejected.status == "rejected"
    back = await refund(database, order.id, shop, None, clock)
    for wrong, by in ((rejected, shop), (back, buyer)):
        with pytest.raises(refunds.NotRefundable):
            await refund(database, wrong.id, by, None, clock)


async def test_a_top_up_goes_back_to_its_card_by_its_channel(database: Database) -> None:
    holder, clock, net = await holder_of(database, None), Clock(), MemoryChannel("net")
    with outside(clock, net, MemoryChannel("other")):
        card = await verified(database, holder, clock)
        order = await top_up(database, holder, card, clock)
        await drive(database, order.id, clock)
        collected = net.submitted[-1]
        net.plan("done_silently")
        back = await refund(database, order.id, holder, "10.00", clock)
        assert await money(database, holder) == ("30.00", "20.00")
        assert await drive(database, back.id, clock, steps=2) == "settled"
        told = net.done()[-1]
        assert (told.operation, told.original_reference) == ("refund", collected)
        net.plan("refused")
        refused = await refund(database, order.id, holder, None, clock)
        assert await drive(database, refused.id, clock) == "rejected"
        again = await refund(database, order.id, holder, None, clock)
        assert again.amount == cny("20.00")
        assert await drive(database, again.id, clock) == "settled"
    assert await money(database, holder) == ("0.00", "0.00")


async def test_a_refund_that_was_lost_is_tried_again_on_the_same_channel(
    database: Database,
) -> None:
    holder, clock = await holder_of(database, None), Clock()
    net, other = MemoryChannel("net"), MemoryChannel("other")
    with outside(clock, net, other):
        card = await verified(database, holder, clock)
        order = await top_up(database, holder, card, clock)
        await drive(database, order.id, clock)
        net.plan("unreachable")
        back = await refund(database, order.id, holder, None, clock)
        assert await drive(database, back.id, clock, steps=2) == "settled"
    assert other.submitted == []
    assert await money(database, holder) == ("0.00", "0.00")
