"""What the worker does with recalls: give them to the bank, and ask until it has decided.

A recall moves no money and has one reference for ever, under which the bank takes it once. So what
the bank certainly never received is sent again; of what it may have, it is asked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select, update

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import Answer, Instruction, Operation, Outcome
from tongbao.core.payments.domain.life import NOT_HEARD
from tongbao.core.payments.domain.recalls import ARROWS, OPEN, RecallStatus
from tongbao.core.payments.events import RecallDecided
from tongbao.core.payments.models import AttemptRow, RecallRow
from tongbao.core.payments.service.configuration import timing
from tongbao.core.payments.service.orders.telling import facts
from tongbao.core.payments.service.reading import get
from tongbao.infra import leases, outbox
from tongbao.infra.db import Database, WriteSession

log = structlog.get_logger(__name__)

LONGEST_PAUSE: Final = timedelta(hours=1)
"""A payee is asked first, which takes days."""
INQUIRIES_MAX: Final = 32_000
_OPEN: Final = [each.value for each in OPEN]

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
    """Send a recall or ask about it; that it is sent is committed before."""
    async with database.write() as tx:
        row = await _lock(tx, recall_id)
        if row.status not in {"requested", "sent", "unknown"}:
            row.due_at = None
            return
        sends = row.status == RecallStatus.REQUESTED.value
        if sends:
            row.sent_at = clock()
            _move(row, RecallStatus.SENT)
        channel, asked = row.channel, await _instruction(tx, row)
    say = channels.submit if sends else channels.inquire
    answer = await say(channel, asked)
    async with database.write() as tx:
        await _hear(tx, recall_id, answer, at=clock())


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
        _move(row, RecallStatus.RETURNED)
        await tx.flush()


async def look_now(tx: WriteSession, *, channel: str, reference: str, at: datetime) -> bool:
    """Let a recall be asked about at once; False where there is none of this reference."""
    found = await tx.scalar(
        update(RecallRow)
        .where(
            RecallRow.channel == channel,
            RecallRow.reference == reference,
            RecallRow.status.in_(("sent", "unknown")),
        )
        .values(due_at=at)
        .returning(RecallRow.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def _hear(tx: WriteSession, recall_id: UUID, answer: Answer, *, at: datetime) -> None:
    """Let an answer take a recall where it leads; one about what is over changes nothing."""
    row = await _lock(tx, recall_id)
    if row.status not in {"sent", "unknown"}:
        return
    row.inquiries = min(row.inquiries + 1, INQUIRIES_MAX)
    pause = min(timing().first_inquiry * 2 ** min(row.inquiries, 20), LONGEST_PAUSE)
    row.due_at = at + pause
    to = _verdict(answer)
    if to in {RecallStatus.ACCEPTED, RecallStatus.REFUSED}:
        row.due_at, row.answered_at = None, at
        if answer.reason is not None:
            row.answer_zh, row.answer_en = answer.reason.title.zh, answer.reason.title.en
            row.answer_code = answer.reason.channel_code or answer.reason.iso_code
        elif to is RecallStatus.REFUSED:
            row.answer_code = "NARR"
    if to.value != row.status:
        _move(row, to)
    await tx.flush()
    if to in {RecallStatus.ACCEPTED, RecallStatus.REFUSED}:
        decided = RecallDecided(
            **facts(await get(tx, row.payment_id)),
            recall_id=row.id,
            accepted=to is RecallStatus.ACCEPTED,
            reason_code=row.answer_code,
        )
        await outbox.append(tx, [decided], at=at)


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


def _move(row: RecallRow, to: RecallStatus) -> None:
    before = RecallStatus(row.status)
    assert to in ARROWS[before], f"no arrow from {before} to {to}"
    row.status = to.value


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
