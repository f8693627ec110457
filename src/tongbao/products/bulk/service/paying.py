"""Paying a file: batch after batch, each line once however often this is begun.

What a batch paid, and how far the file has come by it, are one transaction. Where all or nothing is
paid, all batches are one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.approvals import service as approvals
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ahead import ahead
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.products.bulk.domain.files import FileState, Mode, PaymentFile, Why
from tongbao.products.bulk.events import FileExecuted, FileRejected
from tongbao.products.bulk.models import FileRow
from tongbao.products.bulk.service.deciding import EXECUTION, ProposedExecution
from tongbao.products.bulk.service.rows import file_of, locked, reject_lines

BATCH: Final = payments.BATCH_MAX
AHEAD_MAX: Final = 2
_LINES: Final[LiteralString] = """
SELECT number, payment_id, end_to_end_id, creditor_account_number, creditor_name, amount_minor,
       remittance
  FROM bulk_line
 WHERE file_id = %s AND number > %s AND state = 'good'
 ORDER BY number
 LIMIT %s
"""

Clock = Callable[[], datetime]


class _RefusedError(Exception):
    """Carries out of a transaction why nothing of a file is paid."""

    def __init__(self, refused: Sequence[tuple[int, Why]]) -> None:
        self.refused = refused


class _OvertakenError(Exception):
    """Carries out of a transaction that the file is not as it was left: somebody else pays it."""


@dataclass(slots=True)
class _Turn:
    """The turn of a batch: its file's row, locked, once the batch before is paid.

    `came` tells that this one is being settled, or failed: now there is time to judge the next.
    """

    file_id: UUID
    after: int
    before: "asyncio.Task[None] | None" = None
    row: FileRow | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self, tx: WriteSession) -> FileRow:
        """Wait for it, once. Raises `_OvertakenError`, or what the batch before did."""
        if self.row is None:
            if self.before is not None:
                await self.before
            row = await locked(tx, self.file_id)
            if (row.state, row.done_through) != (FileState.EXECUTING.value, self.after):
                raise _OvertakenError
            self.row = row
            self.came.set()
        return self.row

    def over(self, _paying: "asyncio.Task[None]") -> None:
        """Keep nobody waiting for a batch that failed before its turn."""
        self.came.set()


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
            turn = _Turn(file_id, row.done_through, row=row)
            while batch := await _next(tx, file, after=row.done_through, at=clock()):
                await _settle(tx, batch, turn, atomic=True)
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
        if await tx.fetch(_LINES, (file_id, row.done_through, 1)):
            return file_of(row)
        await _finish(tx, row, at=clock())
        return None


async def _pay_each(database: Database, file: PaymentFile, clock: Clock) -> None:
    """Pay batch after batch: while one is settled, the next is judged and the one after looked up.

    Ends early where the file is not as it was left: then somebody else is at it too.
    """
    paying: asyncio.Task[None] | None = None
    under_way: list[asyncio.Task[None]] = []
    try:
        async with ahead(_batches(database, file, clock), most=AHEAD_MAX) as ready:
            after = file.done_through
            async for batch in ready:
                turn = _Turn(file.id, after, before=paying)
                paying = asyncio.create_task(_pay_batch(database, batch, turn))
                paying.add_done_callback(turn.over)
                under_way = [*under_way[-1:], paying]
                after = batch.numbers[-1]
                await turn.came.wait()
                if paying.done():
                    break
            if paying is not None:
                await paying
    except _OvertakenError:
        return
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _batches(database: Database, file: PaymentFile, clock: Clock) -> AsyncIterator[_Batch]:
    """Look up what is left of a file, each batch when it is wanted."""
    after = file.done_through
    while True:
        async with database.read() as tx:
            batch = await _next(tx, file, after=after, at=clock())
        if batch is None:
            return
        yield batch
        after = batch.numbers[-1]


async def _pay_batch(database: Database, batch: _Batch, turn: _Turn) -> None:
    async with database.write() as tx:
        await _settle(tx, batch, turn, atomic=False)


async def _next(tx: ReadSession, file: PaymentFile, *, after: int, at: datetime) -> _Batch | None:
    """Prepare the lines after one, if there are any; nothing is locked or changed."""
    lines = await tx.fetch(_LINES, (file.id, after, BATCH), binary=True)
    if not lines:
        return None
    orders = [
        payments.NewTransfer(
            debtor_account_id=file.account_id,
            creditor_account_number=account_number,
            creditor_name=name,
            amount=Money(minor, file.currency),
            remittance=remittance,
            end_to_end_id=end_to_end_id,
            id=payments.PaymentId(payment_id),
        )
        for _, payment_id, end_to_end_id, account_number, name, minor, remittance in lines
    ]
    # Those who said so have to be allowed to still.
    maker = await _actor(tx, file.initiated_by, at=at)
    approver = await _approver(tx, file, at=at)
    prepared = None
    if maker is not None and (approver is not None or file.approved_by is None):
        prepared = await payments.prepare(tx, orders, initiated_by=maker, at=at)
    return _Batch(
        numbers=[number for number, *_ in lines],
        amounts=[order.amount for order in orders],
        prepared=prepared,
        approver=approver,
    )


async def _settle(tx: WriteSession, batch: _Batch, turn: _Turn, *, atomic: bool) -> None:
    """Pay a batch in its turn. Raises `_RefusedError` if `atomic` and one is refused."""
    outcomes: Sequence[payments.Outcome]
    if batch.prepared is None:
        outcomes = [Forbidden(permission=payments.INITIATE)] * len(batch.numbers)
    else:
        if batch.prepared.judging_locks:  # who waits for a turn must not hold what it waits for
            await turn.come(tx)
        outcomes = await payments.carry_out(
            tx,
            batch.prepared,
            approved_by=batch.approver,
            atomic=atomic,
            without_step_up=True,  # the file was confirmed as a whole
            foresee=lambda _orders: turn.come(tx),
        )
    row = await turn.come(tx)
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
