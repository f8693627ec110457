"""What a channel's answer makes of an order."""

from datetime import datetime
from uuid import UUID

from tongbao.core.channels.service import Answer, Outcome
from tongbao.core.payments.domain import (
    ChannelRefused,
    Kind,
    NoRoute,
    NotPaidInTime,
    PaymentOrder,
    Reason,
    Status,
)
from tongbao.core.payments.domain import reason_of as reason_for
from tongbao.core.payments.domain.life import (
    NOT_PAID,
    OUTSIDE,
    Timing,
    Verdict,
    Why,
    judge,
    unpaid,
)
from tongbao.core.payments.models import AttemptRow
from tongbao.core.payments.service.orders import booking
from tongbao.core.payments.service.orders.gates import tell_rejected
from tongbao.core.payments.service.orders.moving import lock, look_again, move
from tongbao.core.payments.service.orders.refunded import give_back
from tongbao.core.payments.service.orders.telling import tell_settled, tell_unknown
from tongbao.core.payments.service.reading import order_of
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Text
from tongbao.risk.limits import service as limits


async def hear(
    tx: WriteSession,
    order_id: UUID,
    attempt_id: UUID,
    answer: Answer,
    *,
    by_inquiry: bool,
    at: datetime,
    timing: Timing,
) -> None:
    """Let an answer take an order where it leads; one about what is over already changes nothing.

    Answers come in any order and more than once: the row is locked, and judged as it is now.
    """
    order = order_of(await lock(tx, order_id))
    attempt = await tx.get_one(AttemptRow, attempt_id, populate_existing=True)
    if order.status not in OUTSIDE or attempt.outcome in {
        Outcome.DONE.value,
        Outcome.NOT_DONE.value,
    }:
        return
    verdict = _judged(order, attempt, answer, by_inquiry=by_inquiry, at=at, timing=timing)
    again_at = timing.look_again_at(attempt.inquiries, expires_at=order.expires_at, at=at)
    if verdict.to is Status.SETTLED and not await settle(
        tx, order, attempt, why=verdict.why, at=at
    ):
        # The channel has paid and the ledger does not let it be booked: an account was stopped
        # meanwhile. The hold stays, and so does the order, until it can be.
        await look_again(tx, order.id, at=at + timing.longest_pause)
        return
    _write(attempt, answer, verdict, by_inquiry=by_inquiry, at=at)
    await tx.flush()
    match verdict.to:
        case Status.SETTLED:
            return
        case Status.RESERVED:
            due_at = again_at if verdict.again else at
            await move(tx, order, Status.RESERVED, why=verdict.why, at=at, due_at=due_at,
                       attempt_id=attempt.id)  # fmt: skip
        case Status.REJECTED if verdict.why is Why.EXPIRED:
            await expire(tx, order, at=at, attempt=attempt)
        case Status.REJECTED:
            await reject(tx, order, reason_of(attempt), at=at, attempt=attempt, why=verdict.why)
        case Status.CANCELLED:
            assert order.closed_by is not None
            await cancelled(tx, order, at=at, by=order.closed_by, attempt=attempt)
        case to if to is order.status:
            await look_again(tx, order.id, at=again_at)
        case to:
            order = await move(
                tx, order, to, why=verdict.why, at=at, due_at=again_at, attempt_id=attempt.id
            )
            if to is Status.UNKNOWN:
                await tell_unknown(tx, order, attempt, at=at)


def _judged(
    order: PaymentOrder,
    attempt: AttemptRow,
    answer: Answer,
    *,
    by_inquiry: bool,
    at: datetime,
    timing: Timing,
) -> Verdict:
    verdict = judge(
        answer,
        amount=order.amount,
        by_inquiry=by_inquiry,
        prepared_at=attempt.prepared_at,
        at=at,
        timing=timing,
    )
    if verdict.attempt is not Outcome.NOT_DONE or order.expires_at is None:
        return verdict
    is_closed = answer.reason is not None and answer.reason.code == NOT_PAID
    return unpaid(order, verdict, is_lost=is_closed and attempt.redirect is None, at=at)


async def settle(
    tx: WriteSession,
    order: PaymentOrder,
    attempt: AttemptRow,
    *,
    why: Why,
    at: datetime,
    by: UUID | None = None,
    note: str | None = None,
) -> bool:
    """Book what a channel has done; False where the ledger does not let it be booked now."""
    transaction_id, refusal = await booking.settle(
        tx, order, channel=attempt.channel, reference=attempt.reference, at=at
    )
    if refusal is not None:
        return False
    order = await move(
        tx,
        order,
        Status.SETTLED,
        why=why,
        at=at,
        by=by,
        note=note,
        attempt_id=attempt.id,
        transaction_id=transaction_id,
        settled_at=at,
    )
    await tell_settled(tx, order, transaction_id=transaction_id, at=at)
    return True


async def reject(
    tx: WriteSession,
    order: PaymentOrder,
    reason: Reason,
    *,
    at: datetime,
    why: Why,
    attempt: AttemptRow | None = None,
    by: UUID | None = None,
    note: str | None = None,
) -> PaymentOrder:
    """End an order that was certainly not executed: its money is free again, and so are limits."""
    await booking.release(tx, order, at=at)
    await limits.release(tx, [order.id], at=at)
    if order.kind is Kind.REFUND:
        await give_back(tx, order)
    order = await move(
        tx,
        order,
        Status.REJECTED,
        why=why,
        at=at,
        by=by,
        note=note,
        reason=reason,
        attempt_id=None if attempt is None else attempt.id,
        fee_minor=0,
    )
    if order.kind is not Kind.VERIFICATION:
        await tell_rejected(tx, order, at=at)
    return order


async def expire(
    tx: WriteSession, order: PaymentOrder, *, at: datetime, attempt: AttemptRow | None
) -> None:
    """End an order that nobody has paid in time, and that nobody can pay any more."""
    reason = reason_for(NotPaidInTime())
    await reject(tx, order, reason, at=at, why=Why.EXPIRED, attempt=attempt)


async def cancelled(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    at: datetime,
    by: UUID,
    attempt: AttemptRow | None = None,
) -> PaymentOrder:
    """End an order that somebody took back; what it held is free again, and so are limits."""
    await booking.release(tx, order, at=at)
    await limits.release(tx, [order.id], at=at)
    if order.kind is Kind.REFUND:
        await give_back(tx, order)
    return await move(
        tx,
        order,
        Status.CANCELLED,
        why=Why.CANCELLED,
        at=at,
        by=by,
        attempt_id=None if attempt is None else attempt.id,
        fee_minor=0,
    )


async def give_up(
    tx: WriteSession, order: PaymentOrder, last: AttemptRow | None, *, at: datetime
) -> None:
    """End a reserved order that no channel is left for."""
    reason = reason_of(last) if last is not None else reason_for(NoRoute())
    await reject(tx, order, reason, at=at, why=Why.REFUSED, attempt=last)


def reason_of(attempt: AttemptRow) -> Reason:
    """Return why an order is rejected, by what its channel said."""
    if attempt.reason_code is None:
        return reason_for(NoRoute())
    text = Text(zh=attempt.reason_zh or "", en=attempt.reason_en or "")
    return Reason(code=ChannelRefused.code, iso_code=attempt.reason_iso_code or "NARR", text=text)


def _write(
    attempt: AttemptRow, answer: Answer, verdict: Verdict, *, by_inquiry: bool, at: datetime
) -> None:
    attempt.outcome = verdict.attempt.value
    attempt.again = verdict.again
    attempt.answered_at = at
    attempt.inquiries += by_inquiry
    attempt.channel_reference = answer.channel_reference or attempt.channel_reference
    attempt.redirect = answer.redirect or attempt.redirect
    if answer.reason is not None:
        attempt.channel_code = answer.reason.channel_code
        attempt.reason_code = answer.reason.code
        attempt.reason_iso_code = answer.reason.iso_code
        attempt.reason_zh = answer.reason.title.zh
        attempt.reason_en = answer.reason.title.en
