"""Money that comes in, money that comes back; messages early, late and more than once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.outgoing import drive, events, money, path, sender, sent, status
from tongbao.core.channels import service as channels
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.models import CallbackRow
from tongbao.core.channels.service import (
    Counterparty,
    CounterpartyKind,
    Notice,
    NoticeKind,
    Outcome,
)
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service
from tongbao.core.payments.domain.errors import NotKnownYet
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.service import NewLine, NewStatement, Side
from tongbao.infra.db import Database
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

ACCOUNT = CounterpartyKind.BANK_ACCOUNT
SENDER = Counterparty(ACCOUNT, "62220000000000001", "沙箱客户", "102100099996")


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


def incoming(number: str, name: str, amount: str = "25.00", **facts: Any) -> Notice:
    reference = new_id().hex
    given: dict[str, Any] = {
        "kind": NoticeKind.INCOMING,
        "reference": reference,
        "amount": cny(amount),
        "outcome": Outcome.DONE,
        "creditor": Counterparty(ACCOUNT, number, name),
        "debtor": SENDER,
        "end_to_end_id": reference[:16],
        **facts,
    }
    return Notice(**given)


async def told(database: Database, channel: str, body: bytes, at: datetime) -> UUID:
    """Take a message in; return its id."""
    async with database.write() as tx:
        await channels.receive(tx, channel, headers={}, body=body, at=at)
    async with database.read() as tx:
        found = await tx.scalars(
            select(CallbackRow.id)
            .where(CallbackRow.channel == channel, CallbackRow.event_id == body.decode()[:64])
            .order_by(CallbackRow.id.desc())
        )
        first = found.first()
    assert first is not None
    return first


async def take(database: Database, bank: MemoryChannel, notice: Notice, clock: Clock) -> None:
    """Take a message in and work it off, twice, as it may be delivered."""
    callback_id = await told(database, bank.name, bank.message(notice), clock())
    for _ in range(2):
        await service.receive(
            database,
            channel=bank.name,
            callback_id=callback_id,
            reference=notice.reference,
            clock=clock,
        )


async def received(database: Database, notice: Notice) -> service.PaymentOrder:
    async with database.read() as tx:
        order_id = await tx.scalar(
            select(PaymentOrderRow.id).where(PaymentOrderRow.received_reference == notice.reference)
        )
        assert order_id is not None
        return await service.get(tx, order_id)


async def suspense(database: Database, bank: MemoryChannel) -> int:
    async with database.write() as tx:
        books = await channels.books(tx, channel=bank.name, currency="CNY", at=Clock().at)
        return (await ledger.balance(tx, books.suspense)).posted


async def test_money_for_a_customer_is_booked_once(database: Database) -> None:
    holder, clock, bank = await sender(database, "1.00"), Clock(), MemoryChannel("bank-in")
    notice = incoming(holder.account.number, holder.name)
    with outside(clock, bank):
        await take(database, bank, notice, clock)
    assert await money(database, holder) == ("26.00", "26.00")
    order = await received(database, notice)
    assert (order.status, order.kind, order.debtor_name) == ("settled", "incoming", "沙箱客户")
    assert await path(database, order.id) == ["created", "screened", "settled"]
    assert await events(database, order.id) == ["payments.payment_settled"]


async def test_money_comes_in_whatever_reference_it_has(database: Database) -> None:
    holder, clock, bank = await sender(database, "1.00"), Clock(), MemoryChannel("bank-same")
    first = incoming(holder.account.number, holder.name, end_to_end_id="")
    with outside(clock, bank):
        await take(database, bank, first, clock)
        own = (await received(database, first)).end_to_end_id
        for _ in range(2):
            again = incoming(holder.account.number, holder.name, end_to_end_id=own)
            await take(database, bank, again, clock)
            assert (await received(database, again)).status == "settled"
    assert await money(database, holder) == ("76.00", "76.00")


async def test_what_the_channel_does_not_confirm_is_not_booked(database: Database) -> None:
    holder, clock, bank = await sender(database, "1.00"), Clock(), MemoryChannel("bank-lie")
    notice = incoming(holder.account.number, holder.name)
    with outside(clock, bank):
        callback_id = await told(database, bank.name, bank.message(notice, is_true=False), clock())
        with pytest.raises(NotKnownYet):
            await service.receive(
                database,
                channel=bank.name,
                callback_id=callback_id,
                reference=notice.reference,
                clock=clock,
            )
    assert await money(database, holder) == ("1.00", "1.00")


async def differences(
    database: Database, bank: MemoryChannel, lines: Sequence[NewLine]
) -> list[str]:
    """Reconcile the day by a statement, and return what remains to be looked at."""
    at = Clock().at
    new = NewStatement(
        channel=bank.name,
        side=Side.CHANNEL,
        day=business_date(at),
        currency="CNY",
        lines=lines,
        settles_on=None,
        settlement=None,
    )
    async with database.write() as tx:
        await reconciliation.take_statement(tx, new, at=at)
    async with database.write() as tx:
        await reconciliation.reconcile(tx, channel=bank.name, day=new.day, at=at)
    async with database.read() as tx:
        page = await reconciliation.cases(tx, channel=bank.name, is_open=True, limit=200)
    return [f"{each.pair} {each.reference}" for each in page.items]


@pytest.mark.parametrize("wrong", ["name", "number"])
async def test_what_finds_nobody_goes_back_and_suspense_is_empty(
    database: Database, wrong: str
) -> None:
    holder, clock = await sender(database, "1.00"), Clock()
    bank = MemoryChannel(f"bank-{wrong}")
    number, name = holder.account.number, holder.name
    notice = incoming("1" * 19, name) if wrong == "number" else incoming(number, "别人")
    with outside(clock, bank):
        await take(database, bank, notice, clock)
        order = await received(database, notice)
        assert order.status == "rejected"
        assert order.reason is not None
        assert "别人" not in order.reason.text.zh
        assert await suspense(database, bank) == 25_00
        async with database.read() as tx:
            back = await tx.scalar(
                select(PaymentOrderRow.id).where(PaymentOrderRow.original_id == order.id)
            )
        assert back is not None
        assert await drive(database, back, clock) == "settled"
        assert await suspense(database, bank) == 0
    (paid,) = [each for each in bank.done() if each.reference != notice.reference]
    came_and_went = [NewLine(notice.reference, 25_00), NewLine(paid.reference, -25_00)]
    assert await differences(database, bank, came_and_went) == []
    assert paid.counterparty == SENDER
    assert await money(database, holder) == ("1.00", "1.00")


async def settled(
    database: Database, bank: MemoryChannel, clock: Clock
) -> tuple[Any, service.Transfer, str]:
    holder = await sender(database)
    order = await sent(database, holder, clock)
    assert await drive(database, order.id, clock) == "settled"
    return holder, order, bank.submitted[-1]


def coming_back(reference: str, amount: str = "40.00") -> Notice:
    return Notice(
        kind=NoticeKind.RETURN,
        reference=f"RTR-{reference}"[:35],
        amount=cny(amount),
        outcome=Outcome.DONE,
        original_reference=reference,
        iso_code="AC04",
    )


async def test_a_payment_that_comes_back_is_returned(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel("bank-back")
    with outside(clock, bank):
        holder, order, reference = await settled(database, bank, clock)
        await take(database, bank, coming_back(reference), clock)
        assert await money(database, holder) == ("100.00", "100.00")
        again = replace(coming_back(reference), reference=f"AGAIN-{reference}"[:35])
        await take(database, bank, again, clock)
    assert await status(database, order.id) == "returned"
    assert (await events(database, order.id))[-1] == "payments.payment_returned"
    assert await money(database, holder) == ("100.00", "100.00")
    assert (await received(database, again)).status == "rejected"
    assert await suspense_is(database, bank, 40_00)


async def suspense_is(database: Database, bank: MemoryChannel, minor: int) -> bool:
    with outside(Clock(), bank):
        return await suspense(database, bank) == minor


async def test_what_comes_back_before_we_know_it_arrived_waits(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel("bank-early")
    bank.plan("done_silently")
    with outside(clock, bank):
        holder = await sender(database)
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock) == "unknown"
        notice = coming_back(bank.submitted[-1])
        with pytest.raises(NotKnownYet):
            await take(database, bank, notice, clock)
        assert await drive(database, order.id, clock) == "settled"
        await take(database, bank, notice, clock)
    assert await status(database, order.id) == "returned"
    assert await money(database, holder) == ("100.00", "100.00")


async def heard(database: Database, bank: MemoryChannel, reference: str, clock: Clock) -> None:
    """Hear a message about an outcome, as the consumer does."""
    (handler,) = (
        each for kind, each in service.consumer().handles.items() if kind is CallbackReceived
    )
    event = CallbackReceived(
        channel=bank.name, reference=reference, kind="outcome", callback_id=new_id()
    )
    async with database.write() as tx:
        await handler(tx, event, clock())


@pytest.mark.parametrize("times", [0, 1, 2, 5])
async def test_a_callback_makes_it_due_however_often_it_comes(
    database: Database, times: int
) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    bank.plan("pending")
    with outside(clock, bank):
        holder = await sender(database)
        order = await sent(database, holder, clock)
        await drive(database, order.id, clock)
        (reference,) = bank.submitted
        bank.settle(reference)
        for _ in range(times):
            await heard(database, bank, reference, clock)
        async with database.read() as tx:
            due_at = (await tx.get_one(PaymentOrderRow, order.id)).due_at
        assert due_at is not None
        assert (due_at <= clock()) is (times > 0)
        assert await drive(database, order.id, clock) == "settled"
        await heard(database, bank, reference, clock)
        assert await status(database, order.id) == "settled"
    assert await money(database, holder) == ("60.00", "60.00")


async def test_a_callback_before_our_request_was_answered_moves_no_money(
    database: Database,
) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        holder = await sender(database)
        order = await sent(database, holder, clock)
        await heard(database, bank, order.id.hex, clock)
        await heard(database, bank, "unheard-of", clock)
        assert await status(database, order.id) == "reserved"
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("60.00", "60.00")
