"""Refunds: all or a part of what was paid goes back the way it came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    Kind,
    PaymentId,
    PaymentOrder,
    Status,
    Transfer,
    UnknownPayment,
    check_amount,
    clean_remittance,
)
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.domain.refunds import RefundTooLarge, left_of
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.authority import INITIATE, check_second_person
from tongbao.core.payments.service.orders import booking, gates
from tongbao.core.payments.service.orders.moving import create, lock, move
from tongbao.core.payments.service.orders.refunded import take
from tongbao.core.payments.service.orders.sending import reserve
from tongbao.core.payments.service.orders.telling import tell_settled
from tongbao.core.payments.service.reading import order_of
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


async def refund(
    tx: WriteSession,
    payment_id: UUID,
    *,
    amount: Money | None,
    remittance: str | None,
    initiated_by: Actor,
    approved_by: Actor | None = None,
    at: datetime,
) -> Transfer:
    """Send back what somebody received, all that is left of it unless an amount is named.

    A transfer here goes back at once; a top-up goes back to its card by its channel. The original
    stays locked: of two refunds at once the second is judged by what the first has left.

    Raises `UnknownPayment` unless the initiator acts for who received it, `auth.Forbidden`,
    `NotRefundable`, `RefundTooLarge`, `ApprovalNeeded`, `NotWithinBand`; a broken rule is a
    rejected order.
    """
    original, account, wanted = await refundable(
        tx, payment_id, amount=amount, initiated_by=initiated_by
    )
    await check_second_person(
        tx, debtor=account, amount=wanted, maker=initiated_by, approver=approved_by, at=at
    )
    order = _order(original, wanted, clean_remittance(remittance), initiated_by, at)
    order = await create(tx, order, by=initiated_by.id, at=at)
    holder = await parties.get(tx, account.party_id)
    refusal = await gates.refusal_of(
        tx, order, account=account, holder=holder, side=accounts.Side.PAYS, at=at
    )
    if refusal is not None:
        return await gates.reject(tx, order, refusal, at=at)
    passed_by = approved_by or initiated_by
    order = await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at, by=passed_by.id)
    sent = await reserve(tx, order, channel=original.channel, at=at)
    if sent.refusal is not None:
        return sent
    taken = await take(tx, original, amount_minor=wanted.minor)
    assert taken, "the original is locked, and so much was left of it"
    if approved_by is None:
        await count_alone(tx, party_id=account.party_id, amount=wanted, actor=initiated_by, at=at)
    return sent if original.channel is not None else await _settle_here(tx, sent, at=at)


async def refundable(
    tx: WriteSession, payment_id: UUID, *, amount: Money | None, initiated_by: Actor
) -> tuple[PaymentOrder, DepositAccount, Money]:
    """Return the original, locked, the account that refunds, and how much: all that is left.

    Raises as `refund` does.
    """
    original = order_of(await lock(tx, payment_id))
    if original.creditor_account_id is None:
        raise UnknownPayment
    account = await accounts.get(tx, original.creditor_account_id)
    initiated_by.check(INITIATE, party_id=account.party_id, unknown=UnknownPayment())
    left = left_of(original)
    wanted = left if amount is None else amount
    if wanted.currency != left.currency or wanted > left or left.minor == 0:
        raise RefundTooLarge(left=str(left))
    check_amount(wanted)
    return original, account, wanted


async def refunds_of(tx: ReadSession, payment_id: UUID) -> list[PaymentOrder]:
    """Return the refunds of a payment, the first ones first."""
    rows = await tx.scalars(
        select(PaymentOrderRow)
        .where(PaymentOrderRow.original_id == payment_id, PaymentOrderRow.kind == Kind.REFUND.value)
        .order_by(PaymentOrderRow.id)
        .limit(1_000)
    )
    return [order_of(row) for row in rows]


async def _settle_here(tx: WriteSession, order: PaymentOrder, *, at: datetime) -> Transfer:
    transaction_id, refusal = await booking.settle(tx, order, channel=None, reference=None, at=at)
    if refusal is not None:
        raise refusal  # nothing is stored; it was held a moment ago
    settled = await move(
        tx,
        order,
        Status.SETTLED,
        why=Why.BOOKED,
        at=at,
        transaction_id=transaction_id,
        settled_at=at,
    )
    await tell_settled(tx, settled, transaction_id=transaction_id, at=at)
    return gates.with_refusal(settled, None)


def _order(
    original: PaymentOrder, amount: Money, remittance: str | None, actor: Actor, at: datetime
) -> PaymentOrder:
    payment_id = PaymentId(new_id())
    return PaymentOrder(
        id=payment_id,
        kind=Kind.REFUND,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=original.creditor_account_id,
        debtor_account_number=original.creditor_account_number,
        debtor_name=original.creditor_name,
        creditor_account_id=original.debtor_account_id,
        creditor_account_number=original.debtor_account_number,
        creditor_name=original.debtor_name,
        amount=amount,
        end_to_end_id=payment_id.hex,
        remittance=remittance,
        transaction_id=None,
        initiated_by=actor.id,
        initiated_at=at,
        original_id=original.id,
        card_id=original.card_id,
    )
