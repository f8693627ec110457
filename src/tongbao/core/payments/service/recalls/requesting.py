"""Asking for a settled payment back, and reading what became of it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import Operation, Outcome
from tongbao.core.payments.domain import (
    Kind,
    PaymentOrder,
    Status,
    UnknownPayment,
    clean_remittance,
)
from tongbao.core.payments.domain.recalls import (
    NOTE_LENGTH_MAX,
    OPEN,
    RECALLS_MAX,
    NotRecallable,
    Recall,
    RecallId,
    RecallOpen,
    RecallReason,
    RecallStatus,
)
from tongbao.core.payments.models import IS_NOT_REFUSED, AttemptRow, RecallRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.orders.moving import lock
from tongbao.core.payments.service.orders.resolving import RESOLVE
from tongbao.core.payments.service.reading import order_of
from tongbao.infra import jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

RECALL_JOB: Final = "payments.recall"


async def request_recall(
    tx: WriteSession,
    payment_id: UUID,
    *,
    reason: RecallReason,
    note: str | None,
    requested_by: Actor,
    at: datetime,
) -> Recall:
    """Ask the payee's bank to send a settled payment back: whoever paid, or staff for them.

    The payment is locked, so of two at once the second finds the first. Raises `UnknownPayment`,
    `auth.Forbidden`, `NotRecallable`, `RecallOpen`, `RemittanceMalformed`.
    """
    order = order_of(await lock(tx, payment_id))
    await _check_may_recall(tx, order, requested_by)
    paid = await _paid_by(tx, order)
    recall_id = new_id()
    stored = await tx.scalar(
        insert(RecallRow)
        .values(
            id=recall_id,
            payment_id=order.id,
            status=RecallStatus.REQUESTED.value,
            reason=reason.value,
            note=(clean_remittance(note) or "")[:NOTE_LENGTH_MAX] or None,
            channel=paid.channel,
            reference=recall_id.hex,
            requested_by=requested_by.id,
            requested_at=at,
            due_at=at,
        )
        .on_conflict_do_nothing(index_elements=["payment_id"], index_where=IS_NOT_REFUSED)
        .returning(RecallRow.id)
    )
    if stored is None:
        raise RecallOpen
    await jobs.defer(tx, RECALL_JOB, {}, queueing_lock=RECALL_JOB)
    return recall_of(await tx.get_one(RecallRow, recall_id))


async def recalls_of(tx: ReadSession, payment_id: UUID) -> list[Recall]:
    """Return the recalls of a payment, the first ones first."""
    rows = await tx.scalars(
        select(RecallRow)
        .where(RecallRow.payment_id == payment_id)
        .order_by(RecallRow.id)
        .execution_options(populate_existing=True)
    )
    return [recall_of(row) for row in rows]


async def _check_may_recall(tx: WriteSession, order: PaymentOrder, actor: Actor) -> None:
    if order.debtor_account_id is None:
        raise UnknownPayment
    if not actor.may(RESOLVE):
        account = await accounts.get(tx, order.debtor_account_id)
        actor.check(INITIATE, party_id=account.party_id, unknown=UnknownPayment())


async def _paid_by(tx: WriteSession, order: PaymentOrder) -> AttemptRow:
    """Return by which attempt it was paid, over a channel that can ask for it back."""
    refusal = NotRecallable(recalls_max=RECALLS_MAX)
    if order.kind is not Kind.CREDIT_TRANSFER or order.status is not Status.SETTLED:
        raise refusal
    asked = select(func.count()).select_from(RecallRow).where(RecallRow.payment_id == order.id)
    if (await tx.scalar(asked) or 0) >= RECALLS_MAX:
        raise refusal
    paid = await tx.scalar(
        select(AttemptRow).where(
            AttemptRow.order_id == order.id, AttemptRow.outcome == Outcome.DONE.value
        )
    )
    assert paid is not None, "what is settled was paid by an attempt"
    if not channels.features_of(paid.channel).offers(Operation.RECALL, None):
        raise refusal
    return paid


def recall_of(row: RecallRow) -> Recall:
    """Return the recall of a row."""
    answer = None
    if row.answer_zh is not None:
        answer = Text(zh=row.answer_zh, en=row.answer_en or "")
    return Recall(
        id=RecallId(row.id),
        payment_id=row.payment_id,
        status=RecallStatus(row.status),
        reason=RecallReason(row.reason),
        note=row.note,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        answered_at=row.answered_at,
        answer_code=row.answer_code,
        answer=answer,
        return_id=row.return_id,
        is_overdue=row.due_at is None and RecallStatus(row.status) in OPEN,
    )
