"""Where an order has been, for the staff that looks after it."""

from uuid import UUID

from sqlalchemy import select

from tongbao.core.payments.domain import Kind, PaymentOrder, Status
from tongbao.core.payments.domain.history import Attempt, History, Transition
from tongbao.core.payments.models import AttemptRow, PaymentOrderRow, TransitionRow
from tongbao.core.payments.service.reading import get, order_of
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Text


async def history(tx: ReadSession, payment_id: UUID) -> History:
    """Return an order's arrows and attempts, the first ones first. Raises `UnknownPayment`."""
    order = await get(tx, payment_id)
    arrows = await tx.scalars(
        select(TransitionRow)
        .where(TransitionRow.order_id == payment_id)
        .order_by(TransitionRow.number)
    )
    tries = await tx.scalars(
        select(AttemptRow).where(AttemptRow.order_id == payment_id).order_by(AttemptRow.number)
    )
    transitions = [_transition(each) for each in arrows]
    if order.kind is Kind.BOOK_TRANSFER:
        at, by = order.initiated_at, order.initiated_by
        transitions = [Transition(None, order.status, at, by, "initiated", None, None)]
    return History(order, transitions, [_attempt(each) for each in tries])


async def unknown(
    tx: ReadSession, *, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[PaymentOrder]:
    """Return the orders of which nobody knows how they ended, the oldest first.

    Raises `kernel.page.BadCursor`.
    """
    query = (
        select(PaymentOrderRow)
        .where(PaymentOrderRow.status == "unknown")
        .order_by(PaymentOrderRow.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(PaymentOrderRow.id > decode_cursor(after, UUID)[0])
    return Page[PaymentOrder].of(
        [order_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


def _transition(row: TransitionRow) -> Transition:
    return Transition(
        before=None if row.before is None else Status(row.before),
        after=Status(row.after),
        at=row.taken_at,
        by=row.taken_by,
        why=row.why,
        note=row.note,
        attempt_id=row.attempt_id,
    )


def _attempt(row: AttemptRow) -> Attempt:
    words = None
    if row.reason_code is not None:
        words = Text(zh=row.reason_zh or "", en=row.reason_en or "")
    return Attempt(
        id=row.id,
        channel=row.channel,
        operation=row.operation,
        reference=row.reference,
        outcome=row.outcome,
        channel_reference=row.channel_reference,
        channel_code=row.channel_code,
        reason=words,
        iso_code=row.reason_iso_code,
        route=[(each["channel"], Text(zh=each["zh"], en=each["en"])) for each in row.route],
        prepared_at=row.prepared_at,
        answered_at=row.answered_at,
        inquiries=row.inquiries,
    )
