"""Writing paid bills and their arrows: nothing else changes where one stands."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from tongbao.infra import jobs
from tongbao.infra.db import WriteSession
from tongbao.products.bills.domain.payments import (
    ARROWS,
    BillPayment,
    BillState,
    UnknownBillPayment,
    Why,
)
from tongbao.products.bills.models import BillPaymentRow, BillPaymentTransitionRow

DRIVE_JOB: Final = "bills.drive"


async def create(tx: WriteSession, paid: BillPayment, *, at: datetime) -> None:
    """Write a bill just paid with its first arrow, and wake the worker."""
    tx.add(
        BillPaymentRow(
            id=paid.id,
            party_id=paid.party_id,
            bill_id=paid.bill_id,
            biller=paid.biller,
            shown=paid.shown,
            reference=paid.reference,
            period=paid.period,
            amount_minor=paid.amount.minor,
            currency=paid.amount.currency,
            debtor_account_id=paid.debtor_account_id,
            payment_id=paid.payment_id,
            mandate_id=paid.mandate_id,
            state=BillState.PAID.value,
            arrows=1,
            due_at=at,
            made_by=paid.made_by,
            made_at=at,
        )
    )
    await tx.flush()
    await _note(tx, paid.id, 1, None, BillState.PAID, at=at, by=paid.made_by, why=Why.MONEY_MOVED)
    await jobs.defer(tx, DRIVE_JOB, {}, queueing_lock=DRIVE_JOB)


async def lock(tx: WriteSession, bill_payment_id: UUID) -> BillPaymentRow:
    """Return a paid bill, locked until the transaction ends. Raises `UnknownBillPayment`."""
    row = await tx.scalar(
        select(BillPaymentRow)
        .where(BillPaymentRow.id == bill_payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownBillPayment
    return row


async def move(
    tx: WriteSession,
    row: BillPaymentRow,
    to: BillState,
    *,
    why: Why,
    at: datetime,
    due_at: datetime | None,
    **facts: Any,  # noqa: ANN401 - columns that change with the arrow
) -> None:
    """Take an arrow; the row is locked by this transaction. `due_at`: when it is looked at next."""
    before = BillState(row.state)
    assert to in ARROWS[before], f"no arrow from {before} to {to}"
    number = row.arrows + 1
    await tx.execute(
        update(BillPaymentRow)
        .where(BillPaymentRow.id == row.id)
        .values(state=to.value, arrows=number, due_at=due_at, **facts)
        .execution_options(synchronize_session=False)
    )
    await _note(tx, row.id, number, before, to, at=at, by=None, why=why)
    await tx.refresh(row)


async def look_again(tx: WriteSession, row: BillPaymentRow, *, at: datetime) -> None:
    """Say when a paid bill is looked at next; where it stands stays."""
    row.due_at, row.looks = at, min(row.looks + 1, 30_000)
    await tx.flush()


async def _note(
    tx: WriteSession,
    bill_payment_id: UUID,
    number: int,
    before: BillState | None,
    after: BillState,
    *,
    at: datetime,
    by: UUID | None,
    why: Why,
) -> None:
    await tx.execute(
        insert(BillPaymentTransitionRow).values(
            bill_payment_id=bill_payment_id,
            number=number,
            before=None if before is None else before.value,
            after=after.value,
            taken_at=at,
            taken_by=by,
            why=why.value,
        )
    )
