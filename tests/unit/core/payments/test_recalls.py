"""Asking for settled payments back: asked once at a time, never twice heard, booked once."""

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import Staff
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.outgoing import drive, events, money, sender, sent, status
from tests.unit.core.payments.test_orders_receiving import coming_back, take
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.service import Operation
from tongbao.core.identity.domain import Role
from tongbao.core.payments import service
from tongbao.core.payments.domain import UnknownPayment
from tongbao.core.payments.domain.recalls import NotRecallable, RecallOpen
from tongbao.core.payments.service.listening import _called_back
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id


async def paid(database: Database, clock: Clock) -> tuple[Holder, service.Transfer]:
    holder = await sender(database)
    order = await sent(database, holder, clock)
    assert await drive(database, order.id, clock) == "settled"
    return holder, order


async def ask(
    database: Database, order: service.Transfer, by: Holder, clock: Clock, reason: str = "DUPL"
) -> service.Recall:
    async with database.write() as tx:
        return await service.request_recall(
            tx,
            order.id,
            reason=service.RecallReason(reason),
            note="重复付款",
            requested_by=by.actor,
            at=clock(),
        )


async def stands(database: Database, order: service.Transfer) -> list[str]:
    async with database.read() as tx:
        return [each.status.value for each in await service.recalls_of(tx, order.id)]


async def step(database: Database, clock: Clock, order: service.Transfer, **by: float) -> str:
    """Let time pass and the worker look; return where the newest recall stands."""
    clock.on(**by)
    await service.drive_recalls(database, clock=clock)
    return (await stands(database, order))[-1]


async def test_what_is_asked_back_and_comes_is_booked_once(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        (reference,) = bank.submitted
        await ask(database, order, holder, clock)
        with pytest.raises(RecallOpen):
            await ask(database, order, holder, clock)
        bank.plan("pending")
        assert await step(database, clock, order) == "sent"
        (asked,) = [each.instruction for each in bank.book.values()
                    if each.instruction.operation is Operation.RECALL]  # fmt: skip
        assert (asked.original_reference, asked.reason) == (reference, "DUPL")
        bank.settle(asked.reference)
        # Its message is a hint: the bank is asked at once.
        told = CallbackReceived(
            channel="bank", reference=asked.reference, kind="outcome", callback_id=new_id()
        )
        async with database.write() as tx:
            await _called_back(tx, told, clock())
        assert await step(database, clock, order) == "accepted"
        assert await money(database, holder) == ("60.00", "60.00")  # said is not here yet
        await take(database, bank, coming_back(reference), clock)  # twice
        assert await step(database, clock, order, hours=2) == "returned"
        with pytest.raises(NotRecallable):
            await ask(database, order, holder, clock)
    assert await money(database, holder) == ("100.00", "100.00")
    assert await status(database, order.id) == "returned"
    assert (await events(database, order.id))[-2:] == [
        "payments.recall_decided", "payments.payment_returned",
    ]  # fmt: skip
    async with database.read() as tx:
        (recall,) = await service.recalls_of(tx, order.id)
        assert recall.return_id is not None
        assert (await service.get(tx, recall.return_id)).original_id == order.id


async def test_what_the_bank_never_received_is_sent_again_and_what_it_may_have_is_asked(
    database: Database,
) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        recall = await ask(database, order, holder, clock)
        bank.plan("dropped", "unreachable", "refused_silently")
        assert await step(database, clock, order) == "unknown"
        assert await step(database, clock, order, minutes=5) == "requested"  # never received
        assert await step(database, clock, order, minutes=5) == "requested"  # nor sent
        assert await step(database, clock, order, minutes=5) == "unknown"
        assert await step(database, clock, order, minutes=5) == "refused"
        assert set(bank.submitted[1:]) == {recall.id.hex}  # one reference for ever
        assert await stands(database, order) == ["refused"]
        # What was refused is asked again, three times at most.
        for _ in range(2):
            await ask(database, order, holder, clock)
            bank.plan("refused")
            assert await step(database, clock, order) == "refused"
        with pytest.raises(NotRecallable):
            await ask(database, order, holder, clock)
    assert await money(database, holder) == ("60.00", "60.00")
    async with database.write() as tx:
        with pytest.raises(IntegrityError):
            await tx.execute(
                text("UPDATE payments_recall SET status = 'accepted' WHERE id = :id"),
                {"id": recall.id},
            )
        await tx.rollback()


async def test_money_that_comes_before_any_answer_ends_the_asking(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        (reference,) = bank.submitted
        await ask(database, order, holder, clock)
        await take(database, bank, coming_back(reference), clock)
        assert await stands(database, order) == ["returned"]
        assert await step(database, clock, order, hours=1) == "returned"
    assert bank.submitted == [reference]
    assert await money(database, holder) == ("100.00", "100.00")


async def test_only_who_paid_and_staff_ask_and_only_for_what_was_paid(
    database: Database, client: httpx2.AsyncClient, staff: Staff
) -> None:
    clock, bank = Clock(), MemoryChannel("bank")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        async with database.write() as tx:
            stranger = await new_holder(tx, "别人")
        with pytest.raises(UnknownPayment):
            await ask(database, order, stranger, clock)
        open_ = await sent(database, holder, clock, "1.00")
        with pytest.raises(NotRecallable):
            await ask(database, open_, holder, clock)
        operations = staff(Role.STAFF_OPERATIONS)
        url = f"/api/v1/payments/{order.id}/recalls"
        wrong = await client.post(url, json={"reason": "XXXX"}, headers=operations.headers)
        assert wrong.status_code == 422
        body = {"reason": "FRAD", "note": "被骗"}
        made = await client.post(url, json=body, headers=operations.headers)
        assert made.status_code == 201, made.text
        listed = (await client.get(url, headers=operations.headers)).json()["items"]
        assert listed == [made.json()]
        assert (listed[0]["status"], listed[0]["reason"]) == ("requested", "FRAD")
