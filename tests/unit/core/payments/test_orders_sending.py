"""Orders to other banks: from the order to the money that is gone, however the channel answers."""

from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.outgoing import (
    attempts,
    drive,
    events,
    money,
    path,
    sender,
    sent,
    status,
    wanted,
)
from tongbao.core.identity import service as identity
from tongbao.core.payments import domain, service
from tongbao.core.payments.domain.life import Timing
from tongbao.core.payments.service.orders.driving import step
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

TIMING = Timing()


async def test_an_order_is_reserved_sent_and_settled(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        order = await sent(database, holder, clock, remittance="货款", end_to_end_id="INV-9")
        assert (order.status, order.refusal) == ("reserved", None)
        assert await money(database, holder) == ("100.00", "60.00")
        assert await drive(database, order.id, clock) == "settled"
    (told,) = bank.done()
    assert told.amount == Money.parse("40.00", "CNY")
    assert told.counterparty is not None
    assert (told.counterparty.account_number, told.counterparty.bank_code) == (
        "6222020200012345678",
        "102100099996",
    )
    assert (told.end_to_end_id, told.remittance, told.uetr) == ("INV-9", "货款", order.uetr)
    assert len(told.reference) <= 32
    assert await money(database, holder) == ("60.00", "60.00")
    assert await path(database, order.id) == [
        "created", "screened", "reserved", "sent", "settled",
    ]  # fmt: skip
    assert await events(database, order.id) == ["payments.payment_sent", "payments.payment_settled"]
    async with database.read() as tx:
        kept = await service.get(tx, order.id)
    assert kept.transaction_id is not None
    assert kept.settled_at == clock.at
    assert order.uetr is not None
    assert order.uetr.version == 4


async def test_what_the_channel_refuses_frees_the_money(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.plan("refused")
    with outside(clock, bank):
        order = await sent(database, holder, clock, end_to_end_id="INV-1")
        assert await drive(database, order.id, clock) == "rejected"
        assert await money(database, holder) == ("100.00", "100.00")
        async with database.read() as tx:
            kept = await service.get(tx, order.id)
        assert kept.reason is not None
        assert (kept.reason.code, kept.reason.iso_code) == ("payments.channel_refused", "AC01")
        again = await sent(database, holder, clock, end_to_end_id="INV-1")
        assert await drive(database, again.id, clock) == "settled"
    assert (await events(database, order.id))[-1] == "payments.payment_rejected"


async def test_a_time_out_is_unknown_and_asked_about_until_known(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    other = MemoryChannel("other")
    bank.plan("done_silently")
    bank.deaf = True
    with outside(clock, bank, other):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock) == "unknown"
        for _ in range(5):
            clock.on(minutes=10)
            assert await drive(database, order.id, clock) == "unknown"
        assert await money(database, holder) == ("100.00", "60.00")
        bank.deaf = False
        assert await drive(database, order.id, clock) == "settled"
    assert len(bank.submitted) == 1
    assert (len(bank.inquired), other.submitted) == (6, [])
    assert await path(database, order.id) == [
        "created", "screened", "reserved", "sent", "unknown", "settled",
    ]  # fmt: skip
    assert (await events(database, order.id)).count("payments.payment_unknown") == 1


async def test_never_heard_of_it_is_believed_only_when_nothing_can_be_on_its_way(
    database: Database,
) -> None:
    holder, clock = await sender(database), Clock()
    first, second = MemoryChannel("first"), MemoryChannel("second")
    first.plan("dropped")
    with outside(clock, first, second):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock) == "unknown"
        clock.at += TIMING.on_its_way - Timing().first_inquiry
        assert await drive(database, order.id, clock) == "unknown"
        clock.at += Timing().first_inquiry
        assert await drive(database, order.id, clock) == "reserved"
        assert await money(database, holder) == ("100.00", "60.00")
        assert await drive(database, order.id, clock) == "settled"
    assert (first.done(), len(second.done())) == ([], 1)
    one, two = await attempts(database, order.id)
    assert (one.channel, one.outcome, two.channel, two.outcome) == (
        "first", "not_done", "second", "done",
    )  # fmt: skip
    assert await money(database, holder) == ("60.00", "60.00")


async def test_another_channel_is_tried_when_the_first_certainly_did_not(
    database: Database,
) -> None:
    holder, clock = await sender(database), Clock()
    first, second = MemoryChannel("first"), MemoryChannel("second")
    first.plan("elsewhere")
    with outside(clock, first, second):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock, steps=2) == "settled"
    assert [each.channel for each in await attempts(database, order.id)] == ["first", "second"]
    assert len({each.reference for each in await attempts(database, order.id)}) == 2


async def test_when_no_channel_is_left_the_order_ends(database: Database) -> None:
    holder, clock, only = await sender(database), Clock(), MemoryChannel("only")
    only.plan("elsewhere")
    with outside(clock, only):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock, steps=2) == "rejected"
    assert await money(database, holder) == ("100.00", "100.00")


async def test_a_channel_that_cannot_be_reached_is_tried_a_few_times(database: Database) -> None:
    holder, clock, only = await sender(database), Clock(), MemoryChannel("only")
    only.plan(*["unreachable"] * 10)
    with outside(clock, only):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock, steps=7) == "rejected"
    assert len(only.submitted) == 6
    assert await money(database, holder) == ("100.00", "100.00")


async def test_a_pending_one_is_asked_about_and_may_still_be_refused(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.plan("pending", "pending")
    with outside(clock, bank):
        done, refused = [await sent(database, holder, clock) for _ in range(2)]
        for order in (done, refused):
            assert await drive(database, order.id, clock, steps=3) == "sent"
        for order, end in ((done, bank.settle), (refused, bank.refuse)):
            (attempt,) = await attempts(database, order.id)
            end(attempt.reference)
            await drive(database, order.id, clock)
        assert await status(database, done.id) == "settled"
        assert await status(database, refused.id) == "rejected"
    assert len(bank.submitted) == 2
    assert await money(database, holder) == ("60.00", "60.00")


async def test_another_amount_is_nobodys_word(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.said_amount = Money.parse("4.00", "CNY")
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock, steps=3) == "unknown"
        assert await money(database, holder) == ("100.00", "60.00")
        bank.said_amount = None
        assert await drive(database, order.id, clock) == "settled"
    assert len(bank.submitted) == 1


async def test_a_worker_that_died_after_it_noted_an_attempt_never_sends_it_again(
    database: Database,
) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.plan("broken")
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        assert await drive(database, order.id, clock) == "unknown"
        assert await drive(database, order.id, clock) == "settled"
    assert (len(bank.submitted), len(bank.inquired)) == (1, 1)


async def test_a_process_that_stood_still_does_not_send(database: Database) -> None:
    holder, bank = await sender(database), MemoryChannel("bank")
    clock = Clock()
    readings = iter([clock.at, clock.at + TIMING.lease])
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        await step(database, order.id, clock=lambda: next(readings))
        assert (bank.submitted, await status(database, order.id)) == ([], "sent")
        clock.at += TIMING.on_its_way
        assert await drive(database, order.id, clock, steps=2) == "settled"
    assert len(bank.done()) == 1


async def test_the_worker_takes_what_is_due_and_nothing_else(own_database: Database) -> None:
    database = own_database  # where nothing else is due
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.plan("pending")
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        await service.drive(database, clock=clock)
        assert await status(database, order.id) == "sent"
        await service.drive(database, clock=clock)
        assert bank.inquired == []
        clock.on(minutes=11)
        bank.settle(bank.submitted[0])
        await service.drive(database, clock=clock)
        assert await status(database, order.id) == "settled"
    assert len(bank.submitted) == 1


async def test_what_breaks_a_rule_is_rejected_and_kept(database: Database) -> None:
    holder, clock, bank = await sender(database, "9.99"), Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        poor = await sent(database, holder, clock, "10.00")
        assert poor.refusal is not None
        assert (poor.status, poor.refusal.code) == ("rejected", "ledger.insufficient_funds")
        much = await sent(database, holder, clock, "50000000.01")
        assert much.refusal is not None
        assert much.refusal.code == "limits.exceeded"
        abroad = await sent(database, holder, clock, amount=Money.parse("1.00", "USD"))
        assert abroad.refusal is not None
        assert abroad.refusal.code == "payments.currency_not_allowed"
    with outside(clock):
        nowhere = await sent(database, holder, clock, "1.00")
        assert nowhere.refusal is not None
        assert nowhere.refusal.code == "payments.no_route"
    assert await money(database, holder) == ("9.99", "9.99")
    assert await path(database, poor.id) == ["created", "screened", "rejected"]


async def test_a_gate_says_no_before_money_is_held(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")

    async def suspicious(_tx: object, orders: object, _at: object) -> list[domain.PartyBlocked]:
        return [domain.PartyBlocked()]

    service.register_screen("test", suspicious)
    try:
        with outside(clock, bank):
            order = await sent(database, holder, clock)
    finally:
        service.remove_screen("test")
    assert order.status == "rejected"
    assert await path(database, order.id) == ["created", "rejected"]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"creditor_bank_code": "12345"}, domain.BankCodeMalformed),
        ({"amount": Money.zero("CNY")}, domain.AmountNotPositive),
        ({"creditor_name": " "}, domain.CreditorNameMalformed),
        ({"end_to_end_id": "发票"}, domain.EndToEndIdMalformed),
    ],
)
async def test_an_invalid_order_is_not_stored(
    database: Database, facts: dict[str, Any], error: type[Exception]
) -> None:
    holder, clock = await sender(database), Clock()
    with pytest.raises(error):
        await sent(database, holder, clock, **facts)
    async with database.read() as tx:
        assert (await service.for_account(tx, account_id=holder.account.id)).items == []


async def test_a_payee_not_confirmed_before_takes_a_step_up(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        elsewhere = wanted(holder, creditor_bank_code="ICBKCNBJ")
        with pytest.raises(identity.StepUpRequired) as asked:
            async with database.write() as tx:
                await service.send(tx, elsewhere, initiated_by=holder.actor, at=clock())
    assert cast("dict[str, Any]", asked.value.facts["action"])["facts"]["creditor_bank_code"] == (
        "ICBKCNBJ"
    )
    assert await money(database, holder) == ("100.00", "100.00")


async def test_an_end_to_end_id_is_used_while_its_order_lives(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        await sent(database, holder, clock, end_to_end_id="INV-1")
        with pytest.raises(service.EndToEndIdUsed):
            await sent(database, holder, clock, end_to_end_id="INV-1")
        own = await sent(database, holder, clock)
        with pytest.raises(service.EndToEndIdUsed):
            await sent(database, holder, clock, end_to_end_id=own.end_to_end_id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_order SET status = 'settled', transaction_id = id WHERE id = :id",
        "UPDATE payments_order SET status = 'created' WHERE id = :id",
        "UPDATE payments_order SET amount_minor = 1 WHERE id = :id",
        "UPDATE payments_order SET creditor_account_number = '1' WHERE id = :id",
        "UPDATE payments_order SET refunded_minor = amount_minor + 1 WHERE id = :id",
        "UPDATE payments_order SET pending_id = NULL WHERE id = :id",
        "UPDATE payments_transition SET why = 'other' WHERE order_id = :id",
        "INSERT INTO payments_transition (order_id, number, before, after, taken_at, why)"
        " VALUES (:id, 4, 'reserved', 'returned', now(), 'x')",
        "INSERT INTO payments_transition (order_id, number, before, after, taken_at, why)"
        " VALUES (:id, 4, 'sent', 'settled', now(), 'x')",
    ],
)
async def test_the_database_holds_the_life_of_an_order(database: Database, statement: str) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        order = await sent(database, holder, clock)
    with pytest.raises(DBAPIError) as refused:
        async with database.write() as tx:
            await tx.execute(text(statement), {"id": order.id})
    assert isinstance(refused.value, IntegrityError | ProgrammingError)
    assert await status(database, order.id) == "reserved"


async def test_the_database_refuses_a_second_attempt_while_one_lives(database: Database) -> None:
    holder, clock, bank = await sender(database), Clock(), MemoryChannel("bank")
    bank.plan("pending")
    copy = text(
        "INSERT INTO payments_attempt (id, order_id, number, channel, operation, reference, route,"
        " prepared_at) SELECT :new, order_id, 2, channel, operation, :ref, '[]', prepared_at"
        " FROM payments_attempt WHERE order_id = :id"
    )
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        await drive(database, order.id, clock)
    with pytest.raises(IntegrityError, match="uq_payments_attempt_alive"):
        async with database.write() as tx:
            await tx.execute(copy, {"id": order.id, "new": new_id(), "ref": new_id().hex})
