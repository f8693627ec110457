"""Paying a file: batch after batch, each line once however often this is begun.

What a batch paid, and how far the file has come by it, are one transaction. Where all or nothing is
paid, all batches are one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.products.bulk.domain.files import FileState, LineState, Mode, PaymentFile, Why
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


@dataclass(frozen=True, slots=True)
class _Batch:
    """The next lines of a file, ready to be paid; `prepared` unless whoever said so may not pay."""

    numbers: Sequence[int]
    amounts: Sequence[Money]
    prepared: payments.Prepared | None
    approver: Actor | None


async def pay(database: Database, *, file_id: UUID, clock: Clock) -> None:
    """Pay what is left of a file. Harmless for one that is paid, or is not to be."""
    async with database.read() as tx:
        mode = await tx.scalar(select(FileRow.mode).where(FileRow.id == file_id))
    if mode == Mode.ALL_OR_NOTHING.value:
        await _pay_all(database, file_id, clock)
        return
    while (file := await _unfinished(database, file_id, clock)) is not None:
        await _pay_each(database, file, clock)


async def _pay_all(database: Database, file_id: UUID, clock: Clock) -> None:
    """Pay everything in one transaction, or nothing; say why."""
    try:
        async with database.write() as tx:
            row = await locked(tx, file_id)
            if row.state != FileState.EXECUTING.value:
                return
            file = file_of(row)
            while batch := await _next(tx, file, after=row.done_through, at=clock()):
                await _settle(tx, row, batch, atomic=True)
            await _finish(tx, row, at=clock())
    except _RefusedError as refused:
        async with database.write() as tx:
            row = await locked(tx, file_id)
            await _reject_file(tx, row, refused.refused, at=clock())


async def _unfinished(database: Database, file_id: UUID, clock: Clock) -> PaymentFile | None:
    """Return a file with lines left to pay; one without is executed by this."""
    async with database.write() as tx:
        row = await locked(tx, file_id)
        if row.state != FileState.EXECUTING.value:
            return None
        left = select(LineRow.number).where(*_left(file_id, row.done_through)).limit(1)
        if await tx.scalar(left) is not None:
            return file_of(row)
        await _finish(tx, row, at=clock())
        return None


async def _pay_each(database: Database, file: PaymentFile, clock: Clock) -> None:
    """Pay batch after batch; while one is settled, the next is prepared.

    Ends early where the file is not as it was left: then somebody else is at it too.
    """

    async def following(after: int) -> _Batch | None:
        async with database.read() as tx:
            return await _next(tx, file, after=after, at=clock())

    done = file.done_through
    ahead = asyncio.create_task(following(done))
    try:
        while batch := await ahead:
            ahead = asyncio.create_task(following(batch.numbers[-1]))
            async with database.write() as tx:
                row = await locked(tx, file.id)
                if (row.state, row.done_through) != (FileState.EXECUTING.value, done):
                    return
                await _settle(tx, row, batch, atomic=False)
            done = batch.numbers[-1]
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _next(tx: ReadSession, file: PaymentFile, *, after: int, at: datetime) -> _Batch | None:
    """Prepare the lines after one, if there are any; nothing is locked or changed."""
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
            .where(*_left(file.id, after))
            .order_by(LineRow.number)
            .limit(BATCH)
        )
    ).all()
    if not lines:
        return None
    orders = [
        payments.NewTransfer(
            debtor_account_id=file.account_id,
            creditor_account_number=line.creditor_account_number,
            creditor_name=line.creditor_name,
            amount=Money(line.amount_minor, file.currency),
            remittance=line.remittance,
            end_to_end_id=line.end_to_end_id,
            id=payments.PaymentId(line.payment_id),
        )
        for line in lines
    ]
    # Those who said so have to be allowed to still.
    maker = await _actor(tx, file.initiated_by, at=at)
    approver = await _approver(tx, file, at=at)
    prepared = None
    if maker is not None and (approver is not None or file.approved_by is None):
        prepared = await payments.prepare(tx, orders, initiated_by=maker, at=at)
    return _Batch(
        numbers=[line.number for line in lines],
        amounts=[order.amount for order in orders],
        prepared=prepared,
        approver=approver,
    )


def _left(file_id: UUID, after: int) -> tuple[ColumnElement[bool], ...]:
    return (
        LineRow.file_id == file_id,
        LineRow.number > after,
        LineRow.state == LineState.GOOD.value,
    )


async def _settle(tx: WriteSession, row: FileRow, batch: _Batch, *, atomic: bool) -> None:
    """Pay a batch of a locked file. Raises `_RefusedError` if `atomic` and one is refused."""
    outcomes: Sequence[payments.Outcome]
    if batch.prepared is None:
        outcomes = [Forbidden(permission=payments.INITIATE)] * len(batch.numbers)
    else:
        outcomes = await payments.carry_out(
            tx,
            batch.prepared,
            approved_by=batch.approver,
            atomic=atomic,
            without_step_up=True,  # the file was confirmed as a whole
        )
    whys = [_why(outcome) for outcome in outcomes]
    refused = [
        (number, why) for number, why in zip(batch.numbers, whys, strict=True) if why is not None
    ]
    if atomic and refused:
        others = payments.BatchRefused.code
        raise _RefusedError([each for each in refused if each[1].code != others])
    await reject_lines(tx, row.id, refused)
    row.done_through = batch.numbers[-1]
    row.rejected += len(refused)
    row.settled += len(whys) - len(refused)
    row.settled_minor += sum(
        amount.minor for amount, why in zip(batch.amounts, whys, strict=True) if why is None
    )
    await tx.flush()


async def _approver(tx: ReadSession, file: PaymentFile, *, at: datetime) -> Actor | None:
    """Return who approved the file, or those who signed exactly it."""
    if file.approval_id is None:
        return await _actor(tx, file.approved_by, at=at)
    return await approvals.signers_of(
        tx,
        file.approval_id,
        instruction=EXECUTION.instruction,
        payload=ProposedExecution.of(file),
        at=at,
    )


async def _actor(tx: ReadSession, user_id: UUID | None, *, at: datetime) -> Actor | None:
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
