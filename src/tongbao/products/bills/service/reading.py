"""Reading paid bills."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.products.bills.domain.payments import (
    STUCK_AFTER,
    Arrow,
    BillPayment,
    BillState,
    UnknownBillPayment,
    Why,
)
from tongbao.products.bills.models import BillPaymentRow, BillPaymentTransitionRow
from tongbao.products.bills.service.rows import payment_of


async def get(
    tx: ReadSession, bill_payment_id: UUID, *, visible_to: Collection[UUID] | None
) -> BillPayment:
    """Return a paid bill of one of these parties (None: any). Raises `UnknownBillPayment`."""
    row = await tx.scalar(
        select(BillPaymentRow)
        .where(BillPaymentRow.id == bill_payment_id)
        .execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownBillPayment
    return payment_of(row)


async def list_payments(
    tx: ReadSession, *, party_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[BillPayment]:
    """Return what a party paid, the newest first. Raises `kernel.page.BadCursor`."""
    query = select(BillPaymentRow).where(BillPaymentRow.party_id == party_id)
    return await _page(tx, query, after=after, limit=limit)


async def list_stuck(
    tx: ReadSession, *, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT, at: datetime
) -> Page[BillPayment]:
    """Return what is neither confirmed nor refunded though it was paid a while ago, newest first.

    Raises `kernel.page.BadCursor`.
    """
    query = select(BillPaymentRow).where(
        BillPaymentRow.due_at.is_not(None), BillPaymentRow.made_at <= at - STUCK_AFTER
    )
    return await _page(tx, query, after=after, limit=limit)


async def arrows(tx: ReadSession, bill_payment_id: UUID) -> list[Arrow]:
    """Return the arrows a paid bill took, the first one first."""
    rows = await tx.scalars(
        select(BillPaymentTransitionRow)
        .where(BillPaymentTransitionRow.bill_payment_id == bill_payment_id)
        .order_by(BillPaymentTransitionRow.number)
        .limit(1_000)
    )
    return [
        Arrow(
            before=None if row.before is None else BillState(row.before),
            after=BillState(row.after),
            at=row.taken_at,
            by=row.taken_by,
            why=Why(row.why),
        )
        for row in rows
    ]


async def _page(
    tx: ReadSession, query: Select[BillPaymentRow], *, after: str | None, limit: int
) -> Page[BillPayment]:
    if after is not None:
        query = query.where(BillPaymentRow.id < decode_cursor(after, UUID)[0])
    query = query.order_by(BillPaymentRow.id.desc()).limit(limit + 1)
    rows = await tx.scalars(query.execution_options(populate_existing=True))
    return Page[BillPayment].of(
        [payment_of(row) for row in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )
