"""What the worker does with recalls: give them to the bank, and ask until the money is here.

A recall moves no money and has one reference for ever, under which the bank takes it once. So what
the bank certainly never received is sent again; of what it may have, it is asked.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, update

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    Answer,
    Instruction,
    Notice,
    NoticeKind,
    Operation,
    Outcome,
    SentBack,
)
from tongbao.core.payments.domain.errors import NotKnownYet
from tongbao.core.payments.domain.life import NOT_HEARD
from tongbao.core.payments.domain.recalls import (
    ANSWER_AWAITED,
    MONEY_AWAITED,
    OPEN,
    WITH_BANK,
    RecallStatus,
)
from tongbao.core.payments.events import RecallDecided, RecallOverdue
from tongbao.core.payments.models import AttemptRow, RecallRow
from tongbao.core.payments.service.configuration import timing
from tongbao.core.payments.service.orders.receiving import take
from tongbao.core.payments.service.orders.telling import facts
from tongbao.core.payments.service.reading import get
from tongbao.core.payments.service.recalls.ending import NARRATIVE, move
from tongbao.infra import leases, outbox
from tongbao.infra.db import Database, WriteSession

log = structlog.get_logger(__name__)

LONGEST_PAUSE: Final = timedelta(hours=1)
"""A payee is asked first, which takes days."""
INQUIRIES_MAX: Final = 32_000
FOLLOWS_RECALL: Final = "FOCR"
"""Why money comes back that was asked for (ExternalReturnReason1Code)."""

Clock = Callable[[], datetime]


async def drive_recalls(database: Database, *, clock: Clock) -> int:
    """Take every recall that is due one step further; return how many."""
    row = RecallRow
    ids = await leases.claim(database, row.id, row.due_at, at=clock(), lease=timing().lease)
    for recall_id in ids:
        try:
            await step(database, recall_id, clock=clock)
        except Exception:
            log.exception("recall_step_failed", recall_id=str(recall_id))
    return len(ids)


async def step(database: Database, recall_id: UUID, *, clock: Clock) -> None:
    """Send a recall or ask about it; that it is sent is committed before.

    Of one that was agreed to it is asked by which payment the money comes, and that is booked as if
    a message had told of it.
    """
    async with database.write() as tx:
        row = await _lock(tx, recall_id)
        stands = RecallStatus(row.status)
        if stands not in OPEN:
            row.due_at = None
            return
        sends = stands is RecallStatus.REQUESTED
        if sends:
            row.sent_at = clock()
            move(row, RecallStatus.SENT)
        channel, asked = row.channel, await _instruction(tx, row)
    say = channels.submit if sends else channels.inquire
    answer = await say(channel, asked)
    if stands is RecallStatus.ACCEPTED and answer.sent_back is not None:
        with suppress(NotKnownYet):
            await take(database, channel, _notice(asked, answer.sent_back), clock=clock)
    async with database.write() as tx:
        await _hear(tx, recall_id, answer, at=clock())


async def look_now(tx: WriteSession, *, channel: str, reference: str, at: datetime) -> bool:
    """Let a recall be asked about at once; False where there is none of this reference."""
    found = await tx.scalar(
        update(RecallRow)
        .where(
            RecallRow.channel == channel,
            RecallRow.reference == reference,
            RecallRow.status.in_([each.value for each in WITH_BANK]),
        )
        .values(due_at=at)
        .returning(RecallRow.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def _hear(tx: WriteSession, recall_id: UUID, answer: Answer, *, at: datetime) -> None:
    """Let an answer take a recall where it leads; one about what is over changes nothing."""
    row = await _lock(tx, recall_id)
    before = RecallStatus(row.status)
    if before not in WITH_BANK:
        return
    row.inquiries = min(row.inquiries + 1, INQUIRIES_MAX)
    # What was agreed to is awaited, whatever is said after that.
    to = before if before is RecallStatus.ACCEPTED else _verdict(answer)
    decided = to is not before and to in {RecallStatus.ACCEPTED, RecallStatus.REFUSED}
    if decided:
        row.inquiries, row.answered_at = 0, at
        if answer.reason is not None:
            row.answer_zh, row.answer_en = answer.reason.title.zh, answer.reason.title.en
            row.answer_code = answer.reason.channel_code or answer.reason.iso_code
        elif to is RecallStatus.REFUSED:
            row.answer_code = NARRATIVE
    if to is not before:
        move(row, to)
    row.due_at = _due(row, at)
    await tx.flush()
    if decided or row.due_at is None:
        told = facts(await get(tx, row.payment_id)) | {
            "recall_id": row.id,
            "accepted": to is RecallStatus.ACCEPTED,
        }
        event = (
            RecallDecided(**told, reason_code=row.answer_code) if decided else RecallOverdue(**told)
        )
        await outbox.append(tx, [event], at=at)


def _due(row: RecallRow, at: datetime) -> datetime | None:
    """Return when a recall is asked about next: ever more seldom, and at last not any more."""
    if RecallStatus(row.status) not in OPEN:
        return None
    since, awaited = row.requested_at, ANSWER_AWAITED
    if row.status == RecallStatus.ACCEPTED.value:
        assert row.answered_at is not None, "what is accepted was answered"
        since, awaited = row.answered_at, MONEY_AWAITED
    if at >= since + awaited:
        return None
    pause: timedelta = timing().first_inquiry * 2 ** min(row.inquiries, 20)
    return at + min(pause, LONGEST_PAUSE)


def _verdict(answer: Answer) -> RecallStatus:
    match answer.outcome:
        case Outcome.DONE:
            return RecallStatus.ACCEPTED
        case Outcome.PENDING:
            return RecallStatus.SENT
        case Outcome.NOT_DONE if answer.reason is None or answer.reason.code in NOT_HEARD:
            return RecallStatus.REQUESTED  # certainly not there: once more, under its reference
        case Outcome.NOT_DONE:
            return RecallStatus.REFUSED
    return RecallStatus.UNKNOWN


def _notice(asked: Instruction, sent_back: SentBack) -> Notice:
    """Return what a message about the money would have told."""
    return Notice(
        kind=NoticeKind.RETURN,
        reference=sent_back.reference,
        amount=sent_back.amount,
        outcome=Outcome.DONE,
        original_reference=asked.original_reference,
        end_to_end_id=asked.end_to_end_id,
        uetr=asked.uetr,
        iso_code=FOLLOWS_RECALL,
    )


async def _lock(tx: WriteSession, recall_id: UUID) -> RecallRow:
    query = select(RecallRow).where(RecallRow.id == recall_id).with_for_update()
    return (await tx.scalars(query.execution_options(populate_existing=True))).one()


async def _instruction(tx: WriteSession, row: RecallRow) -> Instruction:
    order = await get(tx, row.payment_id)
    done = AttemptRow.order_id == order.id, AttemptRow.outcome == Outcome.DONE.value
    paid = (await tx.scalars(select(AttemptRow).where(*done))).one()
    assert row.sent_at is not None
    return Instruction(
        reference=row.reference,
        operation=Operation.RECALL,
        amount=order.amount,
        at=row.sent_at,
        original_reference=paid.reference,
        original_at=paid.prepared_at,
        remittance=row.note or "",
        end_to_end_id=order.end_to_end_id,
        uetr=order.uetr,
        reason=row.reason,
    )
