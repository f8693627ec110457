"""What the worker does with paid bills: tell the biller, ask until known, send back refusals.

A bill that is due is taken under a lease, so that one whose worker died is taken up by another.
That the biller is told is noted and committed before it is: whoever finds that noted asks, and has
the biller told again only when it has never heard of the payment and nothing of ours can be on its
way any more. The payment has one id at the biller, however often it is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from tongbao.infra import leases, outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.products.bills.domain.answers import Answer, Told
from tongbao.products.bills.domain.payments import BillPayment, BillState, Why
from tongbao.products.bills.events import BillConfirmed
from tongbao.products.bills.models import BillPaymentRow
from tongbao.products.bills.service.configuration import Gateway, configured
from tongbao.products.bills.service.moving import lock, look_again, move
from tongbao.products.bills.service.refunding import send_back
from tongbao.products.bills.service.rows import payment_of

log = structlog.get_logger(__name__)

ROUNDS_MAX: Final = 20

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be said about a paid bill next, with no transaction open.

    `arrows` says which telling it is: an answer to an older one changes nothing but that the bill
    is confirmed.
    """

    paid: BillPayment
    arrows: int
    by_inquiry: bool
    since: datetime


async def drive(database: Database, *, clock: Clock) -> int:
    """Take every paid bill that is due one step further; return how many steps (bounded)."""
    gateway = configured().gateway
    if gateway is None:
        return 0

    async def claimed() -> list[UUID]:
        row, lease = BillPaymentRow, configured().timing.lease
        return await leases.claim(database, row.id, row.due_at, at=clock(), lease=lease)

    async def take(paid_id: UUID) -> None:
        await _guarded(database, gateway, paid_id, clock=clock)

    return await leases.work_off(claimed, take, rounds=ROUNDS_MAX)


async def _guarded(database: Database, gateway: Gateway, paid_id: UUID, *, clock: Clock) -> None:
    """Take a step; what nobody foresaw keeps one bill waiting until its lease ends, no other."""
    try:
        await step(database, gateway, paid_id, clock=clock)
    except Exception:
        log.exception("bill_step_failed", bill_payment_id=str(paid_id))


async def step(database: Database, gateway: Gateway, paid_id: UUID, *, clock: Clock) -> None:
    """Take one paid bill one step further."""
    async with database.write() as tx:
        next_ = await prepare(tx, paid_id, at=clock())
    if next_ is None:
        return
    if not next_.by_inquiry and clock() >= next_.since + configured().timing.lease:
        return  # this process stood still; somebody else may have asked about it already
    say = gateway.inquire if next_.by_inquiry else gateway.tell
    paid = next_.paid
    answer = await say(paid.id, reference=paid.reference, amount=paid.amount)
    async with database.write() as tx:
        await hear(tx, next_, answer, at=clock())


async def prepare(tx: WriteSession, paid_id: UUID, *, at: datetime) -> Step | None:
    """Return what to say about a paid bill, or None where nothing is to be said."""
    row = await lock(tx, paid_id)
    lease = at + configured().timing.lease
    match BillState(row.state):
        case BillState.PAID:
            facts = {"due_at": lease, "told_at": at}
            await move(tx, row, BillState.TELLING, why=Why.HANDED_OVER, at=at, **facts)
            return Step(payment_of(row), row.arrows, by_inquiry=False, since=at)
        case BillState.TELLING:  # whoever told it did not come back to say how it ended
            await move(tx, row, BillState.UNKNOWN, why=Why.WORKER_LOST, at=at, due_at=lease)
            return Step(payment_of(row), row.arrows, by_inquiry=True, since=at)
        case BillState.UNKNOWN:
            return Step(payment_of(row), row.arrows, by_inquiry=True, since=at)
        case BillState.REFUSED:
            await send_back(tx, row, at=at)
    return None


async def hear(tx: WriteSession, said: Step, answer: Answer, *, at: datetime) -> None:
    """Take in what a biller answered."""
    row = await lock(tx, said.paid.id)
    state = BillState(row.state)
    if answer.told is Told.TAKEN and state in {BillState.TELLING, BillState.UNKNOWN}:
        await _confirm(tx, row, answer, at=at)
        return
    if row.arrows != said.arrows:
        return  # it has gone on meanwhile
    timing = configured().timing
    again = at + timing.pause(row.looks)
    if said.by_inquiry:
        assert row.told_at is not None, "what is unknown was told"
        gone = at >= row.told_at + timing.on_its_way
        if answer.told is Told.NEVER_CAME and gone:
            await move(tx, row, BillState.PAID, why=Why.NEVER_CAME, at=at, due_at=at)
        else:
            await look_again(tx, row, at=again)
    elif answer.told is Told.REFUSED:
        refused, code = BillState.REFUSED, answer.code
        await move(tx, row, refused, why=Why.REFUSED, at=at, due_at=at, reason_code=code, looks=0)
    elif answer.told is Told.NOT_SENT:
        looks = row.looks + 1
        await move(tx, row, BillState.PAID, why=Why.NOT_REACHED, at=at, due_at=again, looks=looks)
    else:
        first = at + timing.first_pause
        await move(tx, row, BillState.UNKNOWN, why=Why.NO_ANSWER, at=at, due_at=first, looks=0)


async def _confirm(tx: WriteSession, row: BillPaymentRow, answer: Answer, *, at: datetime) -> None:
    assert answer.receipt_number is not None, "what is taken has a receipt"
    await move(
        tx,
        row,
        BillState.CONFIRMED,
        why=Why.RECEIPT_GIVEN,
        at=at,
        due_at=None,
        receipt_number=answer.receipt_number,
    )
    paid = payment_of(row)
    told = BillConfirmed(
        bill_payment_id=paid.id,
        party_id=paid.party_id,
        biller=paid.biller,
        period=paid.period,
        amount=paid.amount,
        payment_id=paid.payment_id,
        receipt_number=answer.receipt_number,
    )
    await outbox.append(tx, [told], at=at)
