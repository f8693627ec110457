"""Paying what falls due, in pieces of a run: each due date once, however often it is started."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.events import Event
from tongbao.kernel.money import Money
from tongbao.products.standing.domain.orders import (
    RETRYABLE,
    DateOutcome,
    OrderState,
    PayerGone,
    end_to_end_id,
)
from tongbao.products.standing.domain.schedule import CALENDAR
from tongbao.products.standing.events import DateDelayed, DateMissed, DatePaid
from tongbao.products.standing.models import OccurrenceRow, OrderRow
from tongbao.products.standing.service.ordering import ORDER, stop, wanted_of
from tongbao.products.standing.service.rows import schedule_of


async def pay_due(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Pay the dates of one order that fall due up to a day; the cursor is its id.

    One order a piece: payments lock accounts, and whoever holds those of one payment alone waits
    for nobody in a circle.
    """
    query = (
        select(OrderRow)
        .where(OrderRow.state == "active", OrderRow.next_on <= day)
        .order_by(OrderRow.id)
        .limit(1)
        .with_for_update()
    )
    if cursor is not None:
        query = query.where(OrderRow.id > UUID(cursor))
    row = await tx.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return Progress(0, None)
    due = 0
    while row.state == OrderState.ACTIVE and row.next_on is not None and row.next_on <= day:
        due += await _pay_next(tx, row, day, at)
    return Progress(due, str(row.id))


async def retry_due(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Try again one date that could not be paid before; the cursor is its order and number."""
    query = select(OccurrenceRow).where(
        OccurrenceRow.outcome == "retrying", OccurrenceRow.retry_on <= day
    )
    if cursor is not None:
        order_id, number = cursor.split()
        place = tuple_(OccurrenceRow.order_id, OccurrenceRow.number)
        query = query.where(place > (UUID(order_id), int(number)))
    query = query.order_by(OccurrenceRow.order_id, OccurrenceRow.number).limit(1)
    found = await tx.scalar(query.execution_options(populate_existing=True))
    if found is None:
        return Progress(0, None)
    locked = select(OrderRow).where(OrderRow.id == found.order_id).with_for_update()
    row = await tx.scalar(locked.execution_options(populate_existing=True))
    assert row is not None, "an occurrence is of an order"
    await tx.refresh(found)
    if found.outcome == DateOutcome.RETRYING:  # not stopped meanwhile
        await _attempt(tx, row, found, day, at)
    return Progress(1, f"{found.order_id} {found.number}")


async def _pay_next(tx: WriteSession, row: OrderRow, day: date, at: datetime) -> int:
    """Pay an order's next date, unless a newer calendar moves it on; return how many were due."""
    schedule = schedule_of(row)
    nominal, due = schedule.nominal(row.next_number), schedule.due(row.next_number, CALENDAR)
    assert nominal is not None, "an active order has a next date"
    assert due is not None, "which falls due"
    if due > day:
        row.next_on = due
        await tx.flush()
        return 0
    occurrence = OccurrenceRow(
        order_id=row.id,
        number=row.next_number,
        nominal_on=nominal,
        due_on=due,
        attempts=0,
    )
    row.next_number += 1
    row.next_on = schedule.due(row.next_number, CALENDAR)
    if row.next_on is None:
        await stop(tx, row, OrderState.ENDED, why="schedule", at=at)
    await _attempt(tx, row, occurrence, day, at)
    return 1


async def _attempt(
    tx: WriteSession, row: OrderRow, occurrence: OccurrenceRow, day: date, at: datetime
) -> None:
    """Pay one date and store what became of it; nothing of a failure stays but its reason."""
    occurrence.attempts += 1
    occurrence.decided_at = at
    paid: payments.Transfer | None = None
    try:
        async with tx.begin_nested():
            paid = await _transfer(tx, row, occurrence.number, at)
        refusal = paid.refusal
    except TongbaoError as error:
        refusal = error
    amount = Money(row.amount_minor, row.currency)
    of = {"order_id": row.id, "party_id": row.party_id, "amount": amount}
    date_ = {"number": occurrence.number, "due_on": occurrence.due_on}
    told: Event
    if paid is not None and refusal is None:
        _note(occurrence, DateOutcome.PAID, None)
        occurrence.payment_id = paid.id
        told = DatePaid.model_validate({**of, **date_, "payment_id": paid.id})
    elif refusal is not None and refusal.code in RETRYABLE and occurrence.attempts <= row.retries:
        _note(occurrence, DateOutcome.RETRYING, refusal)
        occurrence.retry_on = CALENDAR.add_business_days(day, 1)
        facts = {"reason_code": refusal.code, "retry_on": occurrence.retry_on}
        told = DateDelayed.model_validate({**of, **date_, **facts})
    else:
        assert refusal is not None, "what was not paid has a reason"
        _note(occurrence, DateOutcome.MISSED, refusal)
        told = DateMissed.model_validate({**of, **date_, "reason_code": refusal.code})
    tx.add(occurrence)
    await tx.flush()
    await outbox.append(tx, [told], at=at)
    if isinstance(refusal, Forbidden | PayerGone) and row.state == OrderState.ACTIVE:
        await stop(tx, row, OrderState.PAUSED, why=refusal.code, at=at)


async def _transfer(
    tx: WriteSession, row: OrderRow, number: int, at: datetime
) -> payments.Transfer:
    """Pay as whoever ordered it may at this moment; it was confirmed when it was ordered."""
    payer = await identity.find_actor(tx, row.made_by, at)
    if payer is None or row.party_id not in payer.party_ids:
        raise PayerGone
    approver = await _approver(tx, row, at)
    return await payments.transfer(
        tx,
        debtor_account_id=row.debtor_account_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=Money(row.amount_minor, row.currency),
        remittance=row.remittance,
        end_to_end_id=end_to_end_id(row.id, number),
        initiated_by=payer,
        approved_by=approver,
        without_step_up=True,
        at=at,
    )


async def _approver(tx: WriteSession, row: OrderRow, at: datetime) -> Actor | None:
    """Return who approved the order, or those who signed exactly it. Raises `PayerGone`."""
    approver: Actor | None
    if row.approval_id is not None:
        approver = await approvals.signers_of(
            tx, row.approval_id, instruction=ORDER.instruction, payload=wanted_of(row), at=at
        )
    elif row.approved_by is not None:
        approver = await identity.find_actor(tx, row.approved_by, at)
    else:
        return None
    if approver is None:
        raise PayerGone
    return approver


def _note(row: OccurrenceRow, outcome: DateOutcome, refusal: TongbaoError | None) -> None:
    row.outcome, row.retry_on = outcome.value, None
    row.reason_code = None if refusal is None else refusal.code
    row.reason_zh = None if refusal is None else refusal.say("zh")
    row.reason_en = None if refusal is None else refusal.say("en")
