"""What the worker does with orders: give them to a channel, ask until known, and book what is.

An order that is due is taken under a lease, so that one whose worker died is taken up by another.
Each step commits before the next: an attempt is noted before its channel hears of it. Whoever finds
an attempt noted therefore asks, and never sends it again.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import Answer, Instruction, Observation, Outcome, Route
from tongbao.core.payments.domain import NoRoute, PaymentOrder, Status
from tongbao.core.payments.domain.life import ATTEMPTS_MAX, OUTSIDE, Why, is_to_be_closed
from tongbao.core.payments.models import AttemptRow, PaymentOrderRow
from tongbao.core.payments.service.configuration import timing
from tongbao.core.payments.service.orders import booking, gates
from tongbao.core.payments.service.orders.instructing import (
    OPERATIONS,
    instruction,
    kind_of_counterparty,
)
from tongbao.core.payments.service.orders.moving import lock, look_again, move
from tongbao.core.payments.service.orders.recording import expire, give_up, hear
from tongbao.core.payments.service.orders.telling import tell_sent
from tongbao.core.payments.service.reading import order_of
from tongbao.infra import leases
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id

log = structlog.get_logger(__name__)

DRIVE_JOB: Final = "payments.drive"
ROUNDS_MAX: Final = 50

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be said to a channel next, with no transaction open.

    To close it is to inquire, once the channel was told that nobody is to pay it any more.
    """

    attempt_id: UUID
    channel: str
    instruction: Instruction
    by_inquiry: bool
    closes: bool = False


async def drive(database: Database, *, clock: Clock) -> int:
    """Take every order that is due one step further; return how many steps were taken (bounded)."""

    async def claimed() -> list[UUID]:
        row = PaymentOrderRow
        return await leases.claim(database, row.id, row.due_at, at=clock(), lease=timing().lease)

    async def take(order_id: UUID) -> None:
        await _guarded(database, order_id, clock=clock)

    return await leases.work_off(claimed, take, rounds=ROUNDS_MAX)


async def _guarded(database: Database, order_id: UUID, *, clock: Clock) -> None:
    """Take a step; what nobody foresaw keeps one order waiting until its lease ends, no other."""
    try:
        await step(database, order_id, clock=clock)
    except Exception:
        log.exception("payment_step_failed", payment_id=str(order_id))


async def step(database: Database, order_id: UUID, *, clock: Clock) -> None:
    """Take one order one step further: note an attempt and send it, or ask about the one noted."""
    async with database.write() as tx:
        next_ = await _prepare(tx, order_id, at=clock())
    if next_ is None:
        return
    if not next_.by_inquiry and clock() >= next_.instruction.at + timing().lease:
        return  # this process stood still; somebody else may have asked about it already
    began = time.perf_counter()
    answer = await _say(next_)
    taken_ms = round((time.perf_counter() - began) * 1000)
    await _note(database, next_, answer, taken_ms=taken_ms, at=clock())
    async with database.write() as tx:
        await hear(
            tx,
            order_id,
            next_.attempt_id,
            answer,
            by_inquiry=next_.by_inquiry,
            at=clock(),
            timing=timing(),
        )


async def _say(step_: Step) -> Answer:
    if step_.closes:
        return await channels.close(step_.channel, step_.instruction)
    if step_.by_inquiry:
        return await channels.inquire(step_.channel, step_.instruction)
    return await channels.submit(step_.channel, step_.instruction)


async def _note(
    database: Database, step_: Step, answer: Answer, *, taken_ms: int, at: datetime
) -> None:
    """Let the channel's health know; apart from the order, which waits for nobody's counters."""
    seen = Observation.of(step_.channel, answer, latency_ms=taken_ms)
    async with database.write() as tx:
        await channels.observe(tx, [seen], at=at)


async def _prepare(tx: WriteSession, order_id: UUID, *, at: datetime) -> Step | None:
    """Return what to say to a channel about an order, or None where nothing is to be said."""
    row = await lock(tx, order_id)
    order = order_of(row)
    if order.status is Status.RESERVED:
        return await _attempt(tx, order, at=at)
    if order.status not in OUTSIDE:
        await look_again(tx, order_id, at=None)
        return None
    attempt = await tx.scalar(
        select(AttemptRow).where(
            AttemptRow.order_id == order_id,
            AttemptRow.outcome.is_distinct_from(Outcome.NOT_DONE.value),
        )
    )
    assert attempt is not None, "what is outside is there by an attempt"
    is_lost = attempt.outcome == Outcome.PENDING.value and attempt.redirect is None
    return Step(
        attempt.id,
        attempt.channel,
        await instruction(tx, order, attempt),
        by_inquiry=True,
        closes=is_to_be_closed(order, is_lost=is_lost, at=at),
    )


async def _attempt(tx: WriteSession, order: PaymentOrder, *, at: datetime) -> Step | None:
    """Note the next attempt, its money held for its channel; end the order if there is none."""
    tried = (
        await tx.scalars(
            select(AttemptRow).where(AttemptRow.order_id == order.id).order_by(AttemptRow.number)
        )
    ).all()
    if order.expires_at is not None and at >= order.expires_at:
        await expire(tx, order, at=at, attempt=tried[-1] if tried else None)
        return None
    choice = await _choose(tx, order, tried, at=at)
    if choice is None:
        await give_up(tx, order, tried[-1] if tried else None, at=at)
        return None
    channel, route = choice
    pending_id = order.pending_id
    if channel != order.channel:
        pending_id, refusal = await booking.hold_elsewhere(tx, order, channel=channel, at=at)
        if refusal is not None:
            await look_again(tx, order.id, at=at + timing().longest_pause)
            return None
    attempt_id = new_id()
    attempt = AttemptRow(
        id=attempt_id,
        order_id=order.id,
        number=len(tried) + 1,
        channel=channel,
        operation=OPERATIONS[order.kind].value,
        reference=attempt_id.hex,
        route=route,
        prepared_at=at,
    )
    tx.add(attempt)
    await tx.flush()
    order = await move(
        tx,
        order,
        Status.SENT,
        why=Why.HANDED_TO_CHANNEL,
        at=at,
        attempt_id=attempt.id,
        due_at=at + timing().lease,
        channel=channel,
        pending_id=pending_id,
    )
    await tell_sent(tx, order, channel=channel, reference=attempt.reference, at=at)
    return Step(attempt.id, channel, await instruction(tx, order, attempt), by_inquiry=False)


async def _choose(
    tx: WriteSession, order: PaymentOrder, tried: Sequence[AttemptRow], *, at: datetime
) -> tuple[str, list[dict[str, str]]] | None:
    """Return the channel to try next and the route it is on; None if there is none left.

    First the one that the money is held for; then the one least tried, in the route's order, and
    none that said no. What goes back goes the way it came, and a wallet that somebody was told of
    is no other.
    """
    if len(tried) >= ATTEMPTS_MAX:
        return None
    assert order.channel is not None, "what is reserved is reserved for a channel"
    operation, kind = OPERATIONS[order.kind], kind_of_counterparty(order)
    names: Sequence[str] = (order.channel,)
    reasons: list[dict[str, str]] = []
    may_change = order.original_id is None and order.expires_at is None
    if may_change and not tried:
        route = await channels.preview(
            tx, operation=operation, amount=order.amount, counterparty_kind=kind, at=at
        )
        reasons = _told(route)
    elif may_change:
        found = await gates.routed(tx, order, operation=operation, kind=kind, at=at)
        if isinstance(found, NoRoute):
            return None
        names, reasons = found.channels, _told(found)
    said_no = {each.channel for each in tried if not each.again}
    tries = Counter(each.channel for each in tried)
    left = [name for name in names if name not in said_no]
    return (min(left, key=lambda name: tries[name]), reasons) if left else None


def _told(route: Route) -> list[dict[str, str]]:
    chosen = [(each.channel, each.why) for each in route.candidates]
    left_out = [(each.channel, each.why) for each in route.left_out]
    return [{"channel": name, "zh": why.zh, "en": why.en} for name, why in chosen + left_out]
