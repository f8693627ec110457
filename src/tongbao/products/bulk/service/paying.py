"""Paying a file: batch after batch, each line once however often this is begun.

What a batch paid, and how far the file has come by it, are one transaction. Where all or nothing is
paid, all batches are one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.products.bulk.domain.files import FileState, LineState, Mode, Why
from tongbao.products.bulk.events import FileExecuted, FileRejected
from tongbao.products.bulk.models import FileRow, LineRow
from tongbao.products.bulk.service.deciding import EXECUTION, ProposedExecution
from tongbao.products.bulk.service.rows import file_of, locked, reject_lines

BATCH: Final = payments.BATCH_MAX

Clock = Callable[[], datetime]


class _RefusedError(Exception):
    """Carries out of a transaction why nothing of a file is paid."""

    def __init__(self, refused: Sequence[tuple[int, Why]]) -> None:
        self.refused = refused


async def pay(database: Database, *, file_id: UUID, clock: Clock) -> None:
    """Pay what is left of a file. Harmless for one that is paid, or is not to be."""
    async with database.read() as tx:
        mode = await tx.scalar(select(FileRow.mode).where(FileRow.id == file_id))
    if mode == Mode.ALL_OR_NOTHING.value:
        await _pay_all(database, file_id, clock)
        return
    goes_on = True
    while goes_on:
        async with database.write() as tx:
            row = await locked(tx, file_id)
            goes_on = await _pay_some(tx, row, atomic=False, at=clock())


async def _pay_all(database: Database, file_id: UUID, clock: Clock) -> None:
    """Pay everything in one transaction, or nothing; say why."""
    try:
        async with database.write() as tx:
            row = await locked(tx, file_id)
            while await _pay_some(tx, row, atomic=True, at=clock()):
                pass
    except _RefusedError as refused:
        async with database.write() as tx:
            row = await locked(tx, file_id)
            await _reject_file(tx, row, refused.refused, at=clock())


async def _pay_some(tx: WriteSession, row: FileRow, *, atomic: bool, at: datetime) -> bool:
    """Pay the next lines of a locked file; return whether there may be more.

    Raises `_RefusedError` if `atomic` and one is refused.
    """
    if row.state != FileState.EXECUTING.value:
        return False
    lines = (
        await tx.execute(
            select(
                LineRow.number,
                LineRow.payment_id,
                LineRow.end_to_end_id,
                LineRow.creditor_account_number,
                LineRow.creditor_name,
                LineRow.amount_minor,
                LineRow.remittance,
            )
            .where(
                LineRow.file_id == row.id,
                LineRow.number > row.done_through,
                LineRow.state == LineState.GOOD.value,
            )
            .order_by(LineRow.number)
            .limit(BATCH)
        )
    ).all()
    if not lines:
        await _finish(tx, row, at=at)
        return False
    orders = [
        payments.NewTransfer(
            debtor_account_id=row.account_id,
            creditor_account_number=line.creditor_account_number,
            creditor_name=line.creditor_name,
            amount=Money(line.amount_minor, row.currency),
            remittance=line.remittance,
            end_to_end_id=line.end_to_end_id,
            id=payments.PaymentId(line.payment_id),
        )
        for line in lines
    ]
    outcomes = await _paid(tx, row, orders, atomic=atomic, at=at)
    whys = [_why(outcome) for outcome in outcomes]
    numbers = [line.number for line in lines]
    refused = [(number, why) for number, why in zip(numbers, whys, strict=True) if why is not None]
    if atomic and refused:
        others = payments.BatchRefused.code
        raise _RefusedError([each for each in refused if each[1].code != others])
    await reject_lines(tx, row.id, refused)
    row.done_through = numbers[-1]
    row.rejected += len(refused)
    row.settled += len(lines) - len(refused)
    row.settled_minor += sum(
        order.amount.minor for order, why in zip(orders, whys, strict=True) if why is None
    )
    await tx.flush()
    return True


async def _paid(
    tx: WriteSession,
    row: FileRow,
    orders: Sequence[payments.NewTransfer],
    *,
    atomic: bool,
    at: datetime,
) -> Sequence[payments.Outcome]:
    """Pay, as who said so may still do so now."""
    maker = await _actor(tx, row.initiated_by, at=at)
    approver = await _approver(tx, row, at=at)
    if maker is None or (approver is None and row.approved_by is not None):
        return [Forbidden(permission=payments.INITIATE)] * len(orders)
    return await payments.execute(
        tx,
        orders,
        initiated_by=maker,
        approved_by=approver,
        atomic=atomic,
        without_step_up=True,  # the file was confirmed as a whole
        at=at,
    )


async def _approver(tx: WriteSession, row: FileRow, *, at: datetime) -> Actor | None:
    """Return who approved the file, or those who signed exactly it."""
    if row.approval_id is None:
        return await _actor(tx, row.approved_by, at=at)
    return await approvals.signers_of(
        tx,
        row.approval_id,
        instruction=EXECUTION.instruction,
        payload=ProposedExecution.of(file_of(row)),
        at=at,
    )


async def _actor(tx: WriteSession, user_id: UUID | None, *, at: datetime) -> Actor | None:
    return None if user_id is None else await identity.find_actor(tx, user_id, at)


def _why(outcome: payments.Outcome) -> Why | None:
    if isinstance(outcome, TongbaoError):
        reason = payments.reason_of(outcome)
    elif outcome.reason is not None:
        reason = outcome.reason
    else:
        return None
    return Why(code=reason.code, iso_code=reason.iso_code, text=reason.text)


async def _finish(tx: WriteSession, row: FileRow, *, at: datetime) -> None:
    row.state, row.finished_at = FileState.EXECUTED.value, at
    await tx.flush()
    executed = FileExecuted(
        file_id=row.id,
        party_id=row.party_id,
        settled=row.settled,
        rejected=row.rejected,
        settled_total=Money(row.settled_minor, row.currency),
    )
    await outbox.append(tx, [executed], at=at)


async def _reject_file(
    tx: WriteSession, row: FileRow, refused: Sequence[tuple[int, Why]], *, at: datetime
) -> None:
    """Say that nothing is paid, and why: what was refused first, and of which lines."""
    _, why = refused[0]
    await reject_lines(tx, row.id, refused)
    await tx.execute(
        update(FileRow)
        .where(FileRow.id == row.id)
        .values(
            state=FileState.REJECTED.value,
            finished_at=at,
            why_code=why.code,
            why_iso_code=why.iso_code,
            why_zh=why.text.zh,
            why_en=why.text.en,
        )
    )
    rejected = FileRejected(file_id=row.id, party_id=row.party_id, reason_code=why.code)
    await outbox.append(tx, [rejected], at=at)
