"""Paying by mandate: each bill once, however often the job runs or is killed.

The biller is asked with no transaction open. What it says is kept, every bill of it is paid or not,
and the mandate goes on to its next day, in one transaction that holds the mandate: whoever comes
second finds that there is nothing to do today.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import select

from tongbao.core.identity import service as identity
from tongbao.infra import crypto, outbox
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.events import Event
from tongbao.kernel.money import Money
from tongbao.products.bills.domain.answers import Found
from tongbao.products.bills.domain.mandates import (
    RETRIES,
    RETRYABLE,
    DueOutcome,
    MandateState,
    PayerGone,
    next_look,
)
from tongbao.products.bills.domain.payments import Bill, BillPaid
from tongbao.products.bills.events import (
    BillAboveMaximum,
    DueBillDelayed,
    DueBillMissed,
    DueBillPaid,
)
from tongbao.products.bills.models import DueBillRow, MandateRow, SavedBillRow
from tongbao.products.bills.service.asking import keep, note_query
from tongbao.products.bills.service.configuration import configured
from tongbao.products.bills.service.mandates import change
from tongbao.products.bills.service.paying import pay
from tongbao.products.bills.service.saving import saved_number

log = structlog.get_logger(__name__)

LOOKS_MAX: Final = 10_000

Clock = Callable[[], datetime]


async def pay_mandates(database: Database, *, clock: Clock) -> int:
    """Look for the bills of every mandate whose day has come; return how many were looked for.

    A biller that cannot be asked now is asked the next time; it keeps no other mandate waiting.
    """
    if configured().gateway is None:
        return 0
    looked, last = 0, UUID(int=0)
    while looked < LOOKS_MAX:
        async with database.read() as tx:
            mandate_id = await tx.scalar(
                select(MandateRow.id)
                .where(
                    MandateRow.state == "active",
                    MandateRow.next_look_on <= business_date(clock()),
                    MandateRow.id > last,
                )
                .order_by(MandateRow.id)
                .limit(1)
            )
        if mandate_id is None:
            break
        looked, last = looked + 1, mandate_id
        try:
            await look(database, mandate_id, clock=clock)
        except Exception:
            log.exception("mandate_look_failed", mandate_id=str(mandate_id))
    return looked


async def look(database: Database, mandate_id: UUID, *, clock: Clock) -> None:
    """Ask for a mandate's bills and pay what is to be paid today."""
    gateway = configured().gateway
    assert gateway is not None, "somebody is connected"
    async with database.read() as tx:
        row = await tx.get_one(MandateRow, mandate_id)
        saved = await tx.get_one(SavedBillRow, row.saved_id)
        biller = saved.biller
        try:
            number = await saved_number(tx, saved)
        except crypto.Erased:
            return
    try:
        found = await gateway.bills(biller, number)
    except TongbaoError as error:
        log.warning("mandate_not_asked", mandate_id=str(mandate_id), code=error.code)
        return
    async with database.write() as tx:
        await take_in(tx, mandate_id, number, found, at=clock())


async def take_in(
    tx: WriteSession, mandate_id: UUID, number: str, found: Found, *, at: datetime
) -> None:
    """Pay what a biller says is open, and set the mandate's next day; nothing if that was done."""
    row = await tx.scalar(
        select(MandateRow)
        .where(MandateRow.id == mandate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None, "mandates are not deleted"
    today = business_date(at)
    if row.state != MandateState.ACTIVE or row.next_look_on is None or row.next_look_on > today:
        return
    saved = await tx.get_one(SavedBillRow, row.saved_id)
    query = await note_query(
        tx,
        party_id=row.party_id,
        biller=saved.biller,
        number=number,
        asked_by=row.made_by,
        at=at,
    )
    kept = await keep(tx, query.id, found, at=at)
    known = await _known(tx, mandate_id)
    for bill in kept.bills:
        if row.state != MandateState.ACTIVE:
            return
        due = known.pop(bill.reference, None) or _new(row, bill, at=at)
        if due.outcome == DueOutcome.RETRYING:
            await _decide(tx, row, due, bill, today, at=at)
    for due in known.values():
        if due.outcome == DueOutcome.RETRYING:  # no longer open: paid in another way
            _note(due, DueOutcome.GONE, at=at)
    await tx.flush()
    if row.state != MandateState.ACTIVE:
        return
    waits = any(each.outcome == DueOutcome.RETRYING for each in (await _known(tx, row.id)).values())
    row.next_look_on = today + timedelta(days=1) if waits else next_look(row.month_day, today)
    await tx.flush()


async def _known(tx: WriteSession, mandate_id: UUID) -> dict[str, DueBillRow]:
    rows = await tx.scalars(select(DueBillRow).where(DueBillRow.mandate_id == mandate_id))
    return {row.reference: row for row in rows}


def _new(row: MandateRow, bill: Bill, *, at: datetime) -> DueBillRow:
    return DueBillRow(
        mandate_id=row.id,
        reference=bill.reference,
        period=bill.period,
        amount_minor=bill.amount.minor,
        currency=bill.amount.currency,
        due_on=bill.due_on,
        outcome=DueOutcome.RETRYING.value,
        attempts=0,
        seen_at=at,
    )


async def _decide(
    tx: WriteSession, row: MandateRow, due: DueBillRow, bill: Bill, today: date, *, at: datetime
) -> None:
    """Pay a bill that is within the maximum, or say why not."""
    facts: dict[str, Any] = {
        "mandate_id": row.id,
        "party_id": row.party_id,
        "biller": bill.biller,
        "reference": bill.reference,
        "period": bill.period,
        "amount": bill.amount,
    }
    told: Event
    maximum = Money(row.maximum_minor, row.currency)
    due.amount_minor = bill.amount.minor
    if bill.amount > maximum:
        _note(due, DueOutcome.ABOVE_MAXIMUM, at=at)
        told = BillAboveMaximum(**facts, maximum=maximum)
    else:
        due.attempts += 1
        paid, refusal = await _pay(tx, row, bill, at=at)
        if isinstance(refusal, BillPaid):  # somebody pays it here already, and is told of it
            _note(due, DueOutcome.GONE, at=at)
            tx.add(due)
            return
        if paid is not None:
            _note(due, DueOutcome.PAID, at=at, bill_payment_id=paid)
            told = DueBillPaid(**facts, bill_payment_id=paid)
        elif refusal is not None and refusal.code in RETRYABLE and due.attempts <= RETRIES:
            again = today + timedelta(days=1)
            _note(due, DueOutcome.RETRYING, at=at, reason_code=refusal.code, retry_on=again)
            told = DueBillDelayed(**facts, reason_code=refusal.code, retry_on=again)
        else:
            assert refusal is not None, "what was not paid has a reason"
            _note(due, DueOutcome.MISSED, at=at, reason_code=refusal.code)
            told = DueBillMissed(**facts, reason_code=refusal.code)
            if isinstance(refusal, Forbidden | PayerGone):
                await change(tx, row, MandateState.PAUSED, by=None, why=refusal.code, at=at)
    tx.add(due)
    await tx.flush()
    await outbox.append(tx, [told], at=at)


async def _pay(
    tx: WriteSession, row: MandateRow, bill: Bill, *, at: datetime
) -> tuple[UUID | None, TongbaoError | None]:
    """Pay as whoever agreed to the mandate may at this moment; nothing of a failure stays."""
    try:
        async with tx.begin_nested():
            payer = await identity.find_actor(tx, row.made_by, at)
            if payer is None or row.party_id not in payer.party_ids:
                raise PayerGone
            paying = await pay(
                tx,
                bill_id=bill.id,
                debtor_account_id=row.debtor_account_id,
                initiated_by=payer,
                mandate_id=row.id,
                at=at,
            )
    except TongbaoError as error:
        return None, error
    return (None if paying.bill is None else paying.bill.id), paying.transfer.refusal


def _note(
    due: DueBillRow,
    outcome: DueOutcome,
    *,
    at: datetime,
    reason_code: str | None = None,
    retry_on: date | None = None,
    bill_payment_id: UUID | None = None,
) -> None:
    due.outcome, due.decided_at = outcome.value, at
    due.reason_code, due.retry_on, due.bill_payment_id = reason_code, retry_on, bill_payment_id
