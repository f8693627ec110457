"""Top-ups that somebody pays at a wallet: paid, refused, expired, taken back, and paid too late."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.conftest import Holder
from tests.unit.core.payments.outgoing import attempts, drive, events, money, path, status
from tests.unit.core.payments.test_cards import cny, holder_of
from tests.unit.core.payments.test_orders_receiving import suspense, told
from tests.unit.core.payments.test_refunds import refund
from tongbao.core.accounts import service as accounts
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.service import Notice, NoticeKind, Outcome, Reason
from tongbao.core.payments import service
from tongbao.core.payments.domain import NotCancellable, TooManyToPay
from tongbao.core.payments.service.listening import consumer
from tongbao.core.payments.service.orders.with_wallets import TO_PAY_MAX
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import Database

TO_PAY = service.Timing().to_pay


async def top_up(
    database: Database, holder: Holder, clock: Clock, wallet: str | None = "purse"
) -> service.Transfer:
    async with database.write() as tx:
        return await service.top_up_from_wallet(
            tx,
            creditor_account_id=holder.account.id,
            wallet=wallet,
            amount=cny("30.00"),
            initiated_by=holder.actor,
            at=clock(),
        )


async def to_pay(database: Database, order_id: UUID, clock: Clock) -> service.ToPay | None:
    async with database.read() as tx:
        return await service.to_pay(tx, await service.get(tx, order_id), at=clock())


async def cancel(database: Database, holder: Holder, order_id: UUID, clock: Clock) -> str:
    async with database.write() as tx:
        order = await service.cancel(tx, order_id, cancelled_by=holder.actor, at=clock())
    return order.status.value


async def say(
    database: Database,
    purse: MemoryChannel,
    reference: str,
    outcome: Outcome,
    clock: Clock,
    amount: str = "30.00",
) -> UUID:
    """Let a wallet tell of an attempt's outcome; return the message's id."""
    notice = Notice(
        kind=NoticeKind.OUTCOME, reference=reference, amount=cny(amount), outcome=outcome
    )
    callback_id = await told(database, purse.name, purse.message(notice), clock())
    event = CallbackReceived(
        channel=purse.name, reference=reference, kind="outcome", callback_id=callback_id
    )
    async with database.write() as tx:
        await consumer().handles[CallbackReceived](tx, event, clock())
    return callback_id


async def shown(
    database: Database, holder: Holder, purse: MemoryChannel, clock: Clock
) -> service.Transfer:
    """Return an order that waits at the wallet for whoever pays it."""
    purse.plan("pending")
    order = await top_up(database, holder, clock, purse.name)
    assert await drive(database, order.id, clock) == "sent"
    return order


async def test_it_is_shown_where_to_pay_until_it_is_paid(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, MemoryChannel("another"), purse):
        purse.plan("pending")
        order = await top_up(database, holder, clock)
        assert (order.status, order.kind, order.channel) == ("reserved", "top_up", "purse")
        assert (order.debtor_account_number, order.debtor_name) == ("purse", "内存通道")
        expires_at = clock() + TO_PAY
        assert await to_pay(database, order.id, clock) == service.ToPay(None, expires_at)
        assert await drive(database, order.id, clock) == "sent"
        (reference,) = purse.submitted
        (told_,) = [each.instruction for each in purse.book.values()]
        assert (told_.counterparty, told_.debtor) == (None, None)
        found = await to_pay(database, order.id, clock)
        assert found == service.ToPay(f"https://purse.invalid/{reference}", expires_at)
        assert await drive(database, order.id, clock) == "sent"
        assert await money(database, holder) == ("100.00", "100.00")
        purse.settle(reference)
        assert await drive(database, order.id, clock) == "settled"
        assert await to_pay(database, order.id, clock) is None
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("130.00", "130.00")
    assert await path(database, order.id) == ["created", "screened", "reserved", "sent", "settled"]
    assert purse.closed == []


async def test_routing_chooses_where_nobody_has(database: Database) -> None:
    holder, clock = await holder_of(database), Clock()
    with outside(clock, MemoryChannel("first"), MemoryChannel("second")):
        assert (await top_up(database, holder, clock, None)).channel == "first"
        refused = await top_up(database, holder, clock, "third")
    assert (refused.status, refused.reason.code) == ("rejected", "payments.no_route")  # type: ignore[union-attr]


async def test_a_wallet_that_cannot_be_reached_is_not_another(database: Database) -> None:
    holder, clock = await holder_of(database), Clock()
    purse, other = MemoryChannel("purse"), MemoryChannel("other")
    with outside(clock, other, purse):
        purse.plan("unreachable", "pending")
        order = await top_up(database, holder, clock)
        assert await drive(database, order.id, clock, steps=2) == "sent"
    assert [each.channel for each in await attempts(database, order.id)] == ["purse", "purse"]
    assert other.submitted == []


async def test_who_refuses_ends_it(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        purse.refuse(purse.submitted[-1], Reason.PAYER_DECLINED)
        assert await drive(database, order.id, clock) == "rejected"
    assert await money(database, holder) == ("100.00", "100.00")
    async with database.read() as tx:
        reason = (await service.get(tx, order.id)).reason
    assert reason is not None
    assert (reason.iso_code, reason.text.zh) == ("MS02", "付款人拒绝付款")


async def test_what_nobody_pays_in_time_is_closed_and_ends(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        clock.at += TO_PAY - timedelta(seconds=1)
        assert await drive(database, order.id, clock) == "sent"
        assert purse.closed == []
        clock.at += timedelta(seconds=1)
        assert await to_pay(database, order.id, clock) is None
        purse.deaf = True
        assert await drive(database, order.id, clock) == "unknown", "it may have been paid"
        purse.deaf = False
        assert await drive(database, order.id, clock) == "rejected"
    assert len(purse.closed) == 2
    assert await money(database, holder) == ("100.00", "100.00")
    assert (await events(database, order.id))[-1] == "payments.payment_rejected"
    async with database.read() as tx:
        assert (await service.history(tx, order.id)).transitions[-1].why == "expired"
        reason = (await service.get(tx, order.id)).reason
    assert reason is not None
    assert reason.code == "payments.not_paid_in_time"


async def test_what_is_paid_at_the_last_moment_is_booked(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        clock.at += TO_PAY
        purse.settle(purse.submitted[-1])
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("130.00", "130.00")


async def test_an_order_whose_wallet_was_never_reached_expires(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        purse.plan("unreachable")
        order = await top_up(database, holder, clock)
        assert await drive(database, order.id, clock) == "reserved"
        clock.at += TO_PAY
        assert await drive(database, order.id, clock) == "rejected"
    assert purse.submitted == [each.reference for each in await attempts(database, order.id)]


async def test_an_address_that_was_lost_is_closed_and_asked_for_again(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        purse.plan("pending_silently", "pending")
        order = await top_up(database, holder, clock)
        assert await drive(database, order.id, clock) == "unknown"
        assert await drive(database, order.id, clock) == "sent"
        assert (await to_pay(database, order.id, clock)).address is None  # type: ignore[union-attr]
        assert await drive(database, order.id, clock) == "reserved"
        assert await drive(database, order.id, clock) == "sent"
        first, second = purse.submitted
        assert purse.closed == [first]
        found = await to_pay(database, order.id, clock)
        assert found is not None
        assert found.address == f"https://purse.invalid/{second}"
        purse.settle(second)
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("130.00", "130.00")


async def test_the_answer_to_the_closing_of_a_lost_one_may_be_lost_too(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        purse.plan("pending_silently", "pending")
        order = await top_up(database, holder, clock)
        assert await drive(database, order.id, clock, steps=2) == "sent"
        purse.refuse(purse.submitted[0], Reason.NOT_PAID)
        purse.deaf = True
        assert await drive(database, order.id, clock) == "unknown"
        purse.deaf = False
        assert await drive(database, order.id, clock, steps=2) == "sent"
    assert len(purse.submitted) == 2


async def test_it_is_cancelled_once_its_wallet_has_closed_it(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        assert await cancel(database, holder, order.id, clock) == "sent"
        assert await to_pay(database, order.id, clock) is None
        assert await drive(database, order.id, clock) == "cancelled"
        with pytest.raises(NotCancellable):
            await cancel(database, holder, order.id, clock)
    assert await money(database, holder) == ("100.00", "100.00")
    async with database.read() as tx:
        last = (await service.history(tx, order.id)).transitions[-1]
    assert (last.why, last.by) == ("cancelled", holder.actor.id)


async def test_what_was_paid_before_it_was_closed_is_not_cancelled(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        purse.settle(purse.submitted[-1])
        assert await cancel(database, holder, order.id, clock) == "sent"
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("130.00", "130.00")


async def test_nobody_else_cancels_it_or_begins_it(database: Database) -> None:
    holder, other, clock = await holder_of(database), await holder_of(database), Clock()
    purse = MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        with pytest.raises(service.UnknownPayment):
            await cancel(database, other, order.id, clock)
        with pytest.raises((accounts.UnknownAccount, Forbidden)):
            async with database.write() as tx:
                await service.top_up_from_wallet(
                    tx,
                    creditor_account_id=holder.account.id,
                    wallet=None,
                    amount=cny("1.00"),
                    initiated_by=other.actor,
                    at=clock(),
                )


async def test_so_many_wait_and_no_more(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        orders = [await top_up(database, holder, clock) for _ in range(TO_PAY_MAX)]
        with pytest.raises(TooManyToPay):
            await top_up(database, holder, clock)
        assert await cancel(database, holder, orders[0].id, clock) == "cancelled"
        await top_up(database, holder, clock)


async def test_parts_and_all_of_it_go_back_the_way_it_came(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, MemoryChannel("another"), purse):
        order = await shown(database, holder, purse, clock)
        purse.settle(purse.submitted[-1])
        await drive(database, order.id, clock)
        for amount in ("10.00", None):
            back = await refund(database, order.id, holder, amount, clock)
            assert await drive(database, back.id, clock) == "settled"
        collected, *refunds = purse.done()
    assert [each.amount.text for each in refunds] == ["10.00", "20.00"]
    assert {(each.original_reference, each.counterparty) for each in refunds} == {
        (collected.reference, None)
    }
    assert await money(database, holder) == ("100.00", "100.00")


async def test_a_message_moves_nothing_by_itself(database: Database) -> None:
    holder, clock, purse = await holder_of(database), Clock(), MemoryChannel("purse")
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        (reference,) = purse.submitted
        for amount in ("30.00", "3000.00"):
            await say(database, purse, reference, Outcome.DONE, clock, amount)
            assert await drive(database, order.id, clock) == "sent", "nobody has paid"
        purse.settle(reference)
        purse.said_amount = cny("3000.00")
        await say(database, purse, reference, Outcome.DONE, clock, "3000.00")
        assert await drive(database, order.id, clock) == "unknown"
        clock.at += TO_PAY
        assert await drive(database, order.id, clock) == "unknown", "somebody has to look"
        purse.said_amount = None
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("130.00", "130.00")


@pytest.mark.parametrize("may_receive", [True, False])
async def test_what_is_paid_after_it_was_closed_is_booked_once(
    database: Database, *, may_receive: bool
) -> None:
    name = f"purse-{may_receive}".lower()
    holder, clock, purse = await holder_of(database, None), Clock(), MemoryChannel(name)
    with outside(clock, purse):
        order = await shown(database, holder, purse, clock)
        clock.at += TO_PAY
        assert await drive(database, order.id, clock) == "rejected"
        (reference,) = purse.submitted
        purse.book[reference].outcome = Outcome.DONE  # as no wallet should
        if not may_receive:
            async with database.write() as tx:
                await accounts.stop_at_once(
                    tx,
                    account_id=holder.account.id,
                    reason="可疑",
                    stopped_by=holder.actor.id,
                    at=clock(),
                )
        for outcome in (Outcome.DONE, Outcome.NOT_DONE, Outcome.DONE):
            callback_id = await say(database, purse, reference, outcome, clock)
            await service.receive(
                database,
                channel=purse.name,
                callback_id=callback_id,
                reference=reference,
                clock=clock,
            )
        aside = await suspense(database, purse)
    assert await status(database, order.id) == "rejected"
    async with database.read() as tx:
        came = (await service.for_account(tx, account_id=holder.account.id)).items
    if may_receive:
        assert await money(database, holder) == ("30.00", "30.00")
        assert [(each.kind, each.status) for each in came] == [
            ("incoming", "settled"),
            ("top_up", "rejected"),
        ]
    assert aside == (0 if may_receive else 30_00)
