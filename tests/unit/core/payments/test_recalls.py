"""Asking for settled payments back: asked once at a time, never twice heard, booked once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import Staff
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.outgoing import drive, events, money, sender, sent, status
from tests.unit.core.payments.test_orders_receiving import coming_back, differences, take
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.service import (
    Notice,
    Operation,
    SentBack,
    Statement,
    StatementLine,
)
from tongbao.core.identity.domain import Role
from tongbao.core.payments import service
from tongbao.core.payments.domain import UnknownPayment
from tongbao.core.payments.domain.recalls import NotRecallable, RecallOpen
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.listening import _called_back
from tongbao.core.payments.service.orders.receiving import take as take_seen
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.domain.errors import CameMeanwhile
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database
from tongbao.infra.proposals.router import api as proposals_api
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


@pytest.fixture
def app(app: FastAPI, actors: dict[str, Actor]) -> FastAPI:
    async def find_actor(_tx: Any, user_id: Any, _at: Any) -> Actor | None:
        return next((each for each in actors.values() if each.id == user_id), None)

    app.include_router(proposals_api)
    app.state.find_actor = find_actor
    return app


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


async def agreed(
    database: Database, bank: MemoryChannel, clock: Clock
) -> tuple[Holder, service.Transfer, service.Recall, str]:
    """Have a payment asked back, and the bank agree to it."""
    holder, order = await paid(database, clock)
    (reference,) = bank.submitted
    recall = await ask(database, order, holder, clock)
    assert await step(database, clock, order) == "accepted"
    return holder, order, recall, reference


def sends_back(bank: MemoryChannel, recall: service.Recall, notice: Notice) -> None:
    """Let the bank send the money, and lose the message about it."""
    bank.send(notice)
    bank.sent_back[recall.id.hex] = SentBack(notice.reference, notice.amount)


async def returns_of(database: Database, order: service.Transfer) -> list[str]:
    """Return where each order stands that brought money of a payment back."""
    async with database.read() as tx:
        found = select(PaymentOrderRow.status).where(PaymentOrderRow.original_id == order.id)
        return list(await tx.scalars(found))


async def test_money_whose_message_is_lost_is_asked_for_and_booked_once(
    database: Database,
) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    with outside(clock, bank):
        holder, order, recall, reference = await agreed(database, bank, clock)
        assert await step(database, clock, order, minutes=1) == "accepted"  # nothing sent yet
        notice = coming_back(reference)
        bank.sent_back[recall.id.hex] = SentBack(notice.reference, notice.amount)
        assert await step(database, clock, order, minutes=5) == "accepted"  # said, and not there
        assert await money(database, holder) == ("60.00", "60.00")
        sends_back(bank, recall, notice)
        assert await step(database, clock, order, minutes=5) == "returned"
        assert await money(database, holder) == ("100.00", "100.00")
        await take(database, bank, notice, clock)  # the message comes after all, twice
        assert await step(database, clock, order, days=30) == "returned"
    assert await money(database, holder) == ("100.00", "100.00")
    assert await returns_of(database, order) == ["settled"]
    assert (await events(database, order.id))[-2:] == [
        "payments.recall_decided", "payments.payment_returned",
    ]  # fmt: skip


async def test_money_told_of_in_every_way_at_once_is_booked_once(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    with outside(clock, bank):
        holder, order, recall, reference = await agreed(database, bank, clock)
        notice = coming_back(reference)
        sends_back(bank, recall, notice)
        clock.on(minutes=1)
        line = statement_line(notice)
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(take_seen(database, bank.name, notice, clock=clock))
            group.create_task(service.drive_recalls(database, clock=clock))
            group.create_task(
                service.take_returns(database, channel=bank.name, lines=[line], clock=clock)
            )
    assert await stands(database, order) == ["returned"]
    assert await returns_of(database, order) == ["settled"]
    assert await money(database, holder) == ("100.00", "100.00")


def statement_line(notice: Notice, amount: Money | None = None) -> StatementLine:
    assert notice.original_reference is not None
    return StatementLine(
        reference=notice.reference,
        channel_reference=notice.reference,
        operation=Operation.COLLECT,
        amount=amount or notice.amount,
        fee=Money.zero("CNY"),
        at=Clock().at,
        original_reference=notice.original_reference,
    )


@pytest.mark.parametrize("is_recalled", [True, False])
async def test_the_channels_file_finds_money_that_came_back_untold(
    database: Database, *, is_recalled: bool
) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    with outside(clock, bank):
        if is_recalled:
            holder, order, _, reference = await agreed(database, bank, clock)
        else:
            holder, order = await paid(database, clock)
            (reference,) = bank.submitted
        notice = coming_back(reference)
        bank.send(notice)
        day, at = business_date(clock()), clock() + timedelta(days=1)
        lines = (
            replace(statement_line(notice), reference=reference, operation=Operation.PAY_OUT,
                    original_reference=None),
            statement_line(notice),
        )  # fmt: skip
        bank.statements[day] = Statement(
            channel=bank.name, day=day, currency="CNY", lines=lines, content=b"",
            media_type="application/xml",
        )  # fmt: skip
        found = await reconciliation.fetch_day(database, channel=bank.name, day=day, at=at)
        async with database.read() as tx:
            cases = await reconciliation.cases(tx, channel=bank.name, limit=10)
        await take(database, bank, notice, clock)  # the message comes late
    assert (found.lines, list(cases.items)) == (2, [])
    assert await status(database, order.id) == "returned"
    assert await stands(database, order) == (["returned"] if is_recalled else [])
    assert await returns_of(database, order) == ["settled"]
    assert await money(database, holder) == ("100.00", "100.00")


async def test_a_line_the_channel_does_not_confirm_books_nothing(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        (reference,) = bank.submitted
        notice = coming_back(reference)
        lied = statement_line(notice, Money.parse("41.00", "CNY"))
        for send in (False, True):
            if send:
                bank.send(notice)
            await service.take_returns(database, channel=bank.name, lines=[lied], clock=clock)
    assert await status(database, order.id) == "settled"
    assert await money(database, holder) == ("60.00", "60.00")


@pytest.mark.parametrize("ends", ["money", "staff"])
async def test_what_is_agreed_to_and_never_comes_is_a_case_for_two_of_staff(
    database: Database, client: httpx2.AsyncClient, staff: Staff, ends: str
) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    operations, compliance = staff(Role.STAFF_OPERATIONS), staff(Role.STAFF_COMPLIANCE)

    async def overdue() -> list[str]:
        found: list[str] = []
        after = ""
        while True:
            answer = await client.get(
                f"/api/v1/payments/recalls/overdue?limit=2{after}", headers=operations.headers
            )
            page = answer.raise_for_status().json()
            assert all(each["recall"]["is_overdue"] for each in page["items"])
            assert all(
                each["recall"]["payment_id"] == each["payment"]["id"] for each in page["items"]
            )
            found += [each["recall"]["id"] for each in page["items"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    with outside(clock, bank):
        holder, order, recall, reference = await agreed(database, bank, clock)
        path = f"/api/v1/payments/{order.id}/recalls/{recall.id}"
        body = {"reason": "收款行来函：不予退回"}
        early = await client.post(
            f"{path}/resolution", json=body, headers=operations.headers | key()
        )
        assert early.json()["code"] == "payments.recall_not_overdue"
        for _ in range(100):  # hours, ever more seldom
            await step(database, clock, order, hours=1)
        asked = bank.inquired.count(recall.id.hex)
        assert 70 <= asked <= 90  # for three days
        assert str(recall.id) in await overdue()
        assert (await events(database, order.id)).count("payments.recall_overdue") == 1
        await step(database, clock, order, days=9)
        assert bank.inquired.count(recall.id.hex) == asked
        again = await client.post(f"{path}/inquiry", headers=operations.headers)
        assert again.status_code == 202, again.text
        if ends == "money":
            sends_back(bank, recall, coming_back(reference))
        clock.at = max(clock.at, now())  # the request was of this moment
        assert await step(database, clock, order) == ("returned" if ends == "money" else "accepted")
        assert bank.inquired.count(recall.id.hex) == asked + 1
        if ends == "staff":
            assert str(recall.id) in await overdue()
            held = await client.post(
                f"{path}/resolution", json=body, headers=operations.headers | key()
            )
            assert held.status_code == 202, held.text
            agreed_to = await client.post(
                f"/api/v1/proposals/{held.json()['id']}/approval",
                json={"digest": held.json()["digest"]},
                headers=compliance.headers | key(),
            )
            assert agreed_to.status_code == 200, agreed_to.text
            assert await stands(database, order) == ["refused"]
            over = await client.post(f"{path}/inquiry", headers=operations.headers)
            assert over.json()["code"] == "payments.recall_not_open"
            # It comes after all: booked, as whatever comes back.
            await take(database, bank, coming_back(reference), clock)
        assert str(recall.id) not in await overdue()
    unknown = await client.post(
        f"/api/v1/payments/{new_id()}/recalls/{recall.id}/inquiry", headers=operations.headers
    )
    assert unknown.status_code == 404
    assert await status(database, order.id) == "returned"
    assert await money(database, holder) == ("100.00", "100.00")


async def test_a_bank_that_never_answers_is_asked_for_fifteen_days(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    with outside(clock, bank):
        holder, order = await paid(database, clock)
        await ask(database, order, holder, clock)
        bank.plan("pending")
        assert await step(database, clock, order) == "sent"
        assert await step(database, clock, order, days=14) == "sent"
        assert await step(database, clock, order, days=1) == "sent"
        asked = len(bank.inquired)
        assert await step(database, clock, order, days=1) == "sent"
        assert len(bank.inquired) == asked
        async with database.read() as tx:
            (recall,) = await service.recalls_of(tx, order.id)
        assert recall.is_overdue
        # Its answer comes after all: it is asked at once, and what follows is awaited.
        bank.settle(recall.id.hex)
        told = CallbackReceived(
            channel=bank.name, reference=recall.id.hex, kind="outcome", callback_id=new_id()
        )
        async with database.write() as tx:
            await _called_back(tx, told, clock())
        assert await step(database, clock, order) == "accepted"
        async with database.read() as tx:
            (recall,) = await service.recalls_of(tx, order.id)
        assert not recall.is_overdue


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


@pytest.mark.parametrize("first", ["staff", "message"])
async def test_what_staff_and_a_late_message_both_know_of_is_booked_once(
    database: Database, first: str
) -> None:
    clock, bank = Clock(), MemoryChannel(f"bank-{new_id().hex[-8:]}")
    service.register_booked_by_hand("reconciliation", reconciliation.booked_by_hand)
    with outside(clock, bank):
        holder, order, _, reference = await agreed(database, bank, clock)
        notice = coming_back(reference)
        lines = [
            reconciliation.NewLine(reference, -40_00),
            reconciliation.NewLine(notice.reference, 40_00),
        ]
        # The bank's file has it, and the bank does not confirm it that day: a case for staff.
        assert await differences(database, bank, lines) == [f"channel {notice.reference}"]
        if first == "message":
            await take(database, bank, notice, clock)
        async with database.read() as tx:
            (case,) = (await reconciliation.cases(tx, channel=bank.name, limit=9)).items
        async with database.write() as tx:
            closing = reconciliation.resolve(
                tx,
                break_ids=[case.id],
                adjustments=[
                    reconciliation.Adjustment(
                        str(holder.account.ledger_account_id), Money.parse("40.00", "CNY")
                    )
                ],
                reason="收款行来函",
                by=new_id(),
                at=clock(),
            )
            if first == "message":
                with pytest.raises(CameMeanwhile):
                    await closing
            else:
                await closing
        if first == "staff":
            await take(database, bank, notice, clock)
        left = await differences(database, bank, lines)
    assert await money(database, holder) == ("100.00", "100.00")
    assert await status(database, order.id) == "returned"
    assert await stands(database, order) == ["returned"]
    # By hand first: what the message brings cancels out with the case, and staff sees both.
    both = [f"{pair} {notice.reference}" for pair in ("channel", "suspense")]
    assert sorted(left) == ([] if first == "message" else both)
    assert await returns_of(database, order) == (
        ["settled"] if first == "message" else ["rejected"]
    )
