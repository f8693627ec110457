"""Saying that a file is to be paid, alone or with a second person, or that it is not."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra import jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.clock import business_date
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.bulk.domain.errors import (
    FileStateWrong,
    NotDueYet,
    NothingToPay,
    UnknownFile,
)
from tongbao.products.bulk.domain.files import FileState, Mode, PaymentFile
from tongbao.products.bulk.domain.step_up import APPROVE, EXECUTE, to_confirm
from tongbao.products.bulk.models import FileRow
from tongbao.products.bulk.service.rows import file_of, locked

JOB: Final = "bulk.execute"
_UNDECIDED: Final = frozenset({FileState.CHECKED.value, FileState.AWAITING_APPROVAL.value})


class ProposedExecution(BaseModel):
    """A file as its maker wants it paid; the digest is that of its bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_id: UUID
    sha256: str
    debtor_account_number: str
    payments: int
    total: MoneyField


EXECUTION: Final = Action(
    name="bulk.execution",
    title=Text(zh="执行付款文件", en="Paying a file of payments"),
    payload=ProposedExecution,
    propose=payments.INITIATE,
    approve=payments.APPROVE,
)


async def execute(
    tx: WriteSession,
    *,
    file_id: UUID,
    initiated_by: Actor,
    step_up_token: str | None,
    at: datetime,
) -> PaymentFile | ProposedExecution:
    """Pay the good lines of a file from now on; or return what a second person must approve.

    Whoever may pay all of it alone confirms it by a step-up over the whole file. The worker pays
    it, batch after batch. Raises `UnknownFile`, `auth.Forbidden`, `FileStateWrong`, `NothingToPay`,
    `NotDueYet`, `identity.StepUpRequired`.
    """
    row = await locked(tx, file_id)
    initiated_by.check(payments.INITIATE, party_id=row.party_id, unknown=UnknownFile())
    file = _payable(row, at=at)
    able = await payments.alone(
        tx, party_id=row.party_id, currency=row.currency, actor=initiated_by, at=at
    )
    if not able.covers(file.total):
        row.state = FileState.AWAITING_APPROVAL.value
        await tx.flush()
        return ProposedExecution(
            file_id=file.id,
            sha256=file.sha256.hex(),
            debtor_account_number=file.account_number,
            payments=file.good,
            total=file.total,
        )
    action = to_confirm(EXECUTE, file)
    await identity.spend_step_up(tx, token=step_up_token, action=action, actor=initiated_by, at=at)
    return await _begin(tx, row, maker=initiated_by, approver=None)


@EXECUTION.executes
async def _execute(tx: WriteSession, wanted: ProposedExecution, by: Approved, at: datetime) -> str:
    """Begin to pay, once the approver has confirmed exactly this file."""
    row = await locked(tx, wanted.file_id)
    file = _payable(row, at=at)
    await payments.check_approver(tx, row.party_id, file.total, by.maker, by.approver, at=at)
    action = to_confirm(APPROVE, file)
    await identity.spend_step_up(
        tx, token=by.step_up_token, action=action, actor=by.approver, at=at
    )
    await _begin(tx, row, maker=by.maker, approver=by.approver)
    return f"/api/v1/bulk/files/{file.id}"


async def cancel(
    tx: WriteSession, *, file_id: UUID, cancelled_by: Actor, at: datetime
) -> PaymentFile:
    """Say that a file is not to be paid; its message id may be used again.

    Raises `UnknownFile`, `auth.Forbidden`, `FileStateWrong` once paying has begun.
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
    if row.state not in _UNDECIDED:
        raise FileStateWrong(state=row.state)
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
