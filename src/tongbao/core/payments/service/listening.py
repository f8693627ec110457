"""What payments do when something happens elsewhere."""

from datetime import datetime

from sqlalchemy import select

from tongbao.core.approvals.events import InstructionDecided
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.service import NoticeKind, Outcome
from tongbao.core.payments.domain.life import OUTSIDE
from tongbao.core.payments.models import AttemptRow
from tongbao.core.payments.service.orders.approving import CREDIT_TRANSFER, not_approved
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.core.payments.service.orders.moving import lock, look_again
from tongbao.core.payments.service.orders.receiving import RECEIVE_JOB
from tongbao.core.payments.service.recalls import driving as recalls
from tongbao.core.payments.service.recalls.requesting import RECALL_JOB
from tongbao.infra import jobs
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox import Consumer
from tongbao.infra.proposals.events import ProposalDecided


def consumer() -> Consumer:
    """Return who listens for what channels say, and for what was asked of others in vain."""
    return Consumer(
        name="payments.orders",
        handles={
            CallbackReceived: _called_back,
            ProposalDecided: _decided,
            InstructionDecided: _signed,
        },
    )


async def _called_back(tx: WriteSession, event: CallbackReceived, at: datetime) -> None:
    """Ask the channel at once: what it told is a hint, and no money moves by it.

    It may come before our own request was answered, twice, or about what is over.
    """
    if event.kind != NoticeKind.OUTCOME.value:
        await _receive(tx, event)
        return
    attempt = await tx.scalar(
        select(AttemptRow).where(
            AttemptRow.channel == event.channel, AttemptRow.reference == event.reference
        )
    )
    if attempt is None:
        told = {"channel": event.channel, "reference": event.reference}
        if await recalls.look_now(tx, **told, at=at):
            await jobs.defer(tx, RECALL_JOB, {}, queueing_lock=RECALL_JOB)
        return
    row = await lock(tx, attempt.order_id)
    await tx.refresh(attempt)
    if row.expires_at is not None and attempt.outcome == Outcome.NOT_DONE.value:
        await _receive(tx, event)  # nobody could pay it any more: perhaps somebody has
    elif row.status in {status.value for status in OUTSIDE}:
        await look_again(tx, attempt.order_id, at=at)
        await jobs.defer(tx, DRIVE_JOB, {}, queueing_lock=DRIVE_JOB)


async def _receive(tx: WriteSession, event: CallbackReceived) -> None:
    told = {
        "channel": event.channel,
        "callback_id": str(event.callback_id),
        "reference": event.reference,
    }
    await jobs.defer(tx, RECEIVE_JOB, told)


async def _decided(tx: WriteSession, event: ProposalDecided, at: datetime) -> None:
    if event.action == CREDIT_TRANSFER.name and event.state != "executed":
        await not_approved(tx, event.proposal_id, at=at)


async def _signed(tx: WriteSession, event: InstructionDecided, at: datetime) -> None:
    if event.instruction == CREDIT_TRANSFER.name and event.state != "executed":
        await not_approved(tx, event.approval_id, at=at)
