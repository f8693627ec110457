"""How an instruction ends: executed, refused, withdrawn, expired; once, and for good."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.approvals.domain.approvals import Approval
from tongbao.core.approvals.domain.errors import NotTheMaker, ReasonMissing
from tongbao.core.approvals.events import InstructionDecided
from tongbao.core.approvals.models import ApprovalRow
from tongbao.core.approvals.service.approvals import locked, role_of_signer, told
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession

EXPIRED_PER_RUN_MAX: Final = 1_000
REASON_LENGTH_MAX: Final = 500

Decision = Literal["executed", "refused", "withdrawn", "expired"]


async def refuse(
    tx: WriteSession, *, approval_id: UUID, refused_by: Actor, reason: str, at: datetime
) -> Approval:
    """End an instruction with a reason, by somebody who may sign instructions of its kind.

    Raises `UnknownApproval`, `AlreadyDecided`, `OwnInstruction`, `NotAmongSigners` and
    `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing
    row = await locked(tx, approval_id, decider=refused_by, at=at)
    await role_of_signer(tx, row, refused_by, at=at)
    return await decide(tx, row, "refused", decided_by=refused_by.id, note=reason, at=at)


async def withdraw(
    tx: WriteSession, *, approval_id: UUID, withdrawn_by: Actor, at: datetime
) -> Approval:
    """Take back one's own. Raises `UnknownApproval`, `AlreadyDecided`, `NotTheMaker`."""
    row = await locked(tx, approval_id, decider=withdrawn_by, at=at)
    if row.maker_id != withdrawn_by.id:
        raise NotTheMaker
    return await decide(tx, row, "withdrawn", decided_by=withdrawn_by.id, at=at)


async def expire(tx: WriteSession, *, at: datetime, limit: int = EXPIRED_PER_RUN_MAX) -> int:
    """End instructions whose time is over, a bounded number; return how many.

    One that somebody is deciding at this moment is left to them.
    """
    rows = list(
        await tx.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.state == "open", ApprovalRow.expires_at <= at)
            .order_by(ApprovalRow.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )
    for row in rows:
        await decide(tx, row, "expired", at=at)
    return len(rows)


async def decide(
    tx: WriteSession,
    row: ApprovalRow,
    decision: Decision | None,
    *,
    decided_by: UUID | None = None,
    note: str = "",
    location: str | None = None,
    at: datetime,
) -> Approval:
    """End a locked instruction and say so (None: it goes on); return it as it is now."""
    if decision is not None:
        row_id, party_id, maker_id, instruction = (
            row.id,
            row.party_id,
            row.maker_id,
            row.instruction,
        )
        await tx.execute(
            update(ApprovalRow)
            .where(ApprovalRow.id == row_id)
            .values(
                state=decision,
                decided_at=at,
                decided_by=decided_by,
                note=note.strip()[:REASON_LENGTH_MAX] or None,
                location=location,
            )
            .execution_options(synchronize_session=False)
        )
        await tx.refresh(row)
        decided = InstructionDecided(
            approval_id=row_id,
            party_id=party_id,
            instruction=instruction,
            maker_id=maker_id,
            state=decision,
            decided_by=decided_by,
        )
        await outbox.append(tx, [decided], at=at)
    (found,) = await told(tx, [row])
    return found
