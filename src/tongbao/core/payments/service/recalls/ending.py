"""How recalls end when the money is here, and what staff does with those nobody answers."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from tongbao.core.payments.domain.recalls import (
    ARROWS,
    OPEN,
    OverdueRecall,
    Recall,
    RecallNotOpen,
    RecallNotOverdue,
    RecallStatus,
    UnknownRecall,
)
from tongbao.core.payments.events import RecallDecided
from tongbao.core.payments.models import IS_OVERDUE, PaymentOrderRow, RecallRow
from tongbao.core.payments.service.orders.resolving import (
    APPROVE_RESOLUTION,
    REASON_LENGTH_MAX,
    RESOLVE,
)
from tongbao.core.payments.service.orders.telling import facts
from tongbao.core.payments.service.reading import get, order_of
from tongbao.core.payments.service.recalls.requesting import RECALL_JOB, recall_of
from tongbao.infra import jobs, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.page import Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Text

_OPEN: Final = [each.value for each in OPEN]
NARRATIVE: Final = "NARR"
"""The ISO 20022 code of a reason that words say."""


class ProposedRecallResolution(BaseModel):
    """That the bank does not send back what it was asked for, and from where that is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payment_id: UUID
    recall_id: UUID
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


RECALL_RESOLUTION: Final = Action(
    name="payments.recall_resolution",
    title=Text(zh="退回请求了结", en="Closing a recall nobody answers"),
    payload=ProposedRecallResolution,
    propose=RESOLVE,
    approve=APPROVE_RESOLUTION,
)


def move(row: RecallRow, to: RecallStatus) -> None:
    """Take an arrow; the row is locked by this transaction."""
    before = RecallStatus(row.status)
    assert to in ARROWS[before], f"no arrow from {before} to {to}"
    row.status = to.value


async def came_back(tx: WriteSession, payment_id: UUID, *, return_id: UUID) -> None:
    """Note that a payment's money is here: what asked for it has come to its end."""
    row = await tx.scalar(
        select(RecallRow)
        .where(RecallRow.payment_id == payment_id, RecallRow.status.in_(_OPEN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is not None:
        row.return_id, row.due_at = return_id, None
        move(row, RecallStatus.RETURNED)
        await tx.flush()


async def overdue_recalls(
    tx: ReadSession, *, after: str | None = None, limit: int
) -> Page[OverdueRecall]:
    """Return the recalls that nobody answers, the oldest first. Raises `kernel.page.BadCursor`."""
    query = select(RecallRow).where(IS_OVERDUE).order_by(RecallRow.id).limit(limit + 1)
    if after is not None:
        query = query.where(RecallRow.id > decode_cursor(after, UUID)[0])
    fresh = {"populate_existing": True}
    found = [recall_of(row) for row in await tx.scalars(query, execution_options=fresh)]
    asked = PaymentOrderRow.id.in_([each.payment_id for each in found])
    paid = await tx.scalars(select(PaymentOrderRow).where(asked), execution_options=fresh)
    orders = {row.id: order_of(row) for row in paid}
    return Page[OverdueRecall].of(
        [OverdueRecall(each, orders[each.payment_id]) for each in found],
        limit=limit,
        cursor=lambda last: encode_cursor(last.recall.id),
    )


async def ask_again(tx: WriteSession, payment_id: UUID, recall_id: UUID, *, at: datetime) -> Recall:
    """Have a worker ask the bank now, also about what it was asked too long.

    Raises `UnknownRecall`, `RecallNotOpen`.
    """
    row = await _lock(tx, payment_id, recall_id)
    if row.status not in _OPEN:
        raise RecallNotOpen(status=row.status)
    row.due_at = at
    await tx.flush()
    await jobs.defer(tx, RECALL_JOB, {}, queueing_lock=RECALL_JOB)
    return recall_of(row)


async def check_overdue(tx: WriteSession, payment_id: UUID, recall_id: UUID) -> RecallRow:
    """Return a recall nobody answers, locked. Raises `UnknownRecall`, `RecallNotOverdue`."""
    row = await _lock(tx, payment_id, recall_id)
    if not recall_of(row).is_overdue:
        raise RecallNotOverdue(status=row.status)
    return row


@RECALL_RESOLUTION.executes
async def _resolve(
    tx: WriteSession, told: ProposedRecallResolution, _by: Approved, at: datetime
) -> str:
    """Close it as refused; money that comes nevertheless is booked as any that comes back."""
    row = await check_overdue(tx, told.payment_id, told.recall_id)
    move(row, RecallStatus.REFUSED)
    row.answered_at, row.answer_code = at, NARRATIVE
    row.answer_zh = "经核实收款行不予退回"
    row.answer_en = "The payee's bank was found not to send it back"
    await tx.flush()
    decided = RecallDecided(
        **facts(await get(tx, row.payment_id)),
        recall_id=row.id,
        accepted=False,
        reason_code=NARRATIVE,
    )
    await outbox.append(tx, [decided], at=at)
    return f"/api/v1/payments/{told.payment_id}/recalls"


async def _lock(tx: WriteSession, payment_id: UUID, recall_id: UUID) -> RecallRow:
    row = await tx.scalar(
        select(RecallRow)
        .where(RecallRow.id == recall_id, RecallRow.payment_id == payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownRecall
    return row
