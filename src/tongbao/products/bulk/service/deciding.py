"""Saying that a file is to be paid, alone or with others who agree, or that it is not."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Signers
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import jobs, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Approved, ToSign
from tongbao.kernel.clock import business_date
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.bulk.domain.errors import (
    FileStateWrong,
    NotDueYet,
    NothingToPay,
    UnknownFile,
)
from tongbao.products.bulk.domain.files import (
    NOT_SIGNED,
    FileKind,
    FileState,
    Mode,
    PaymentFile,
)
from tongbao.products.bulk.domain.step_up import APPROVE, EXECUTE, to_confirm
from tongbao.products.bulk.events import FileRejected
from tongbao.products.bulk.models import FileRow
from tongbao.products.bulk.service.rows import file_of, locked

JOB: Final = "bulk.execute"
_UNDECIDED: Final = frozenset({FileState.CHECKED.value, FileState.AWAITING_APPROVAL.value})


class ProposedExecution(BaseModel):
    """A file as its maker wants it paid: these bytes, of which all good lines are paid."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_id: UUID
    name: str
    kind: FileKind
    mode: Mode
    message_id: str
    sha256: str
    requested_on: date | None
    debtor_account_number: str
    payments: int
    total: MoneyField

    @classmethod
    def of(cls, file: PaymentFile) -> "ProposedExecution":
        """Return what is approved or signed of a file."""
        return cls(
            file_id=file.id,
            name=file.name,
            kind=file.kind,
            mode=file.mode,
            message_id=file.message_id,
            sha256=file.sha256.hex(),
            requested_on=file.requested_on,
            debtor_account_number=file.account_number,
            payments=file.good,
            total=file.total,
        )


async def _confirmed(tx: ReadSession, wanted: ProposedExecution, _by: Approved) -> identity.Action:
    row = await tx.get_one(FileRow, wanted.file_id)
    return to_confirm(APPROVE, file_of(row))


EXECUTION: Final = payments.SignOff(
    name="bulk.execution",
    title=Text(zh="执行付款文件", en="Paying a file of payments"),
    payload=ProposedExecution,
    confirmed=_confirmed,
)


async def execute(
    tx: WriteSession,
    *,
    file_id: UUID,
    initiated_by: Actor,
    step_up_token: str | None,
    at: datetime,
) -> PaymentFile | payments.Waiting:
    """Pay the good lines of a file from now on; or put it to those who must agree.

    The policy's signatures, and what the maker may pay alone, are by the file's total. Whoever may
    pay all of it alone confirms it by a step-up over the whole file. The worker pays it, batch
    after batch. Raises `UnknownFile`, `auth.Forbidden`, `FileStateWrong`, `NothingToPay`,
    `NotDueYet`, `approvals.NoRule`, `identity.StepUpRequired`.
    """
    row = await locked(tx, file_id)
    initiated_by.check(payments.INITIATE, party_id=row.party_id, unknown=UnknownFile())
    if row.state not in _UNDECIDED:
        raise FileStateWrong(state=row.state)
    file = _payable(row, at=at)
    waiting = await EXECUTION.ask(
        tx,
        ProposedExecution.of(file),
        party_id=row.party_id,
        amount=file.total,
        payee=None,
        maker=initiated_by,
        at=at,
    )
    if isinstance(waiting, ToSign):
        row.state, row.approval_id = FileState.AWAITING_SIGNATURES.value, waiting.id
        row.initiated_by = initiated_by.id
    elif waiting is not None:
        row.state = FileState.AWAITING_APPROVAL.value
    else:
        action = to_confirm(EXECUTE, file)
        await identity.spend_step_up(
            tx, token=step_up_token, action=action, actor=initiated_by, at=at
        )
        return await _begin(tx, row, maker=initiated_by, approver=None)
    await tx.flush()
    return waiting


@EXECUTION.executes
async def _execute(
    tx: WriteSession, wanted: ProposedExecution, by: payments.SignedOff, at: datetime
) -> str:
    """Begin to pay: what was approved or signed is exactly this file."""
    row = await locked(tx, wanted.file_id)
    if isinstance(by.approver, Signers):
        waits = row.approval_id == by.approver.approval_id
        waits = waits and row.state == FileState.AWAITING_SIGNATURES.value
    else:
        waits = row.state in _UNDECIDED
    if not waits:
        raise FileStateWrong(state=row.state)
    file = _payable(row, at=at)
    await payments.check_second_person(
        tx,
        debtor=await accounts.get(tx, row.account_id),
        amount=file.total,
        maker=by.maker,
        approver=by.approver,
        at=at,
    )
    await _begin(tx, row, maker=by.maker, approver=by.approver)
    return f"/api/v1/bulk/files/{file.id}"


async def not_signed(tx: WriteSession, approval_id: UUID, *, outcome: str, at: datetime) -> None:
    """End the file that waited for signatures which were not given; say why."""
    file_id = await tx.scalar(select(FileRow.id).where(FileRow.approval_id == approval_id))
    if file_id is None:
        return
    row = await locked(tx, file_id)
    if row.state != FileState.AWAITING_SIGNATURES.value:
        return
    note = (await approvals.get(tx, approval_id, reader=None)).note
    why = NOT_SIGNED[outcome]
    row.state, row.finished_at = FileState.REJECTED.value, at
    row.why_code, row.why_iso_code = why.code, why.iso_code
    row.why_zh, row.why_en = (
        words if note is None else f"{words}: {note}" for words in (why.text.zh, why.text.en)
    )
    await tx.flush()
    rejected = FileRejected(file_id=row.id, party_id=row.party_id, reason_code=why.code)
    await outbox.append(tx, [rejected], at=at)


async def cancel(
    tx: WriteSession, *, file_id: UUID, cancelled_by: Actor, at: datetime
) -> PaymentFile:
    """Say that a file is not to be paid; its message id may be used again.

    What waits for signatures ends with the instruction, which its maker withdraws. Raises
    `UnknownFile`, `auth.Forbidden`, `FileStateWrong` then, and once paying has begun.
    """
    row = await locked(tx, file_id)
    cancelled_by.check(payments.INITIATE, party_id=row.party_id, unknown=UnknownFile())
    if row.state not in _UNDECIDED:
        raise FileStateWrong(state=row.state)
    row.state, row.finished_at = FileState.CANCELLED.value, at
    await tx.flush()
    return file_of(row)


def _payable(row: FileRow, *, at: datetime) -> PaymentFile:
    """Return the file if it may be paid now. Raises what stands against it."""
    file = file_of(row)
    if not file.good or (file.mode is Mode.ALL_OR_NOTHING and file.wrong):
        raise NothingToPay(lines=file.lines, wrong=file.wrong, mode=file.mode.value)
    if file.requested_on is not None and file.requested_on > business_date(at):
        raise NotDueYet(due_on=file.requested_on.isoformat())
    return file


async def _begin(
    tx: WriteSession, row: FileRow, *, maker: Actor, approver: Actor | None
) -> PaymentFile:
    row.state = FileState.EXECUTING.value
    row.initiated_by = maker.id
    row.approved_by = None if approver is None else approver.id
    await tx.flush()
    await jobs.defer(tx, JOB, {"file_id": str(row.id)})
    return file_of(row)
