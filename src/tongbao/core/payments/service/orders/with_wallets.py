"""Topping up an account from a wallet: somebody is shown where to pay, and has some minutes for it.

The order is reserved and given to its channel like any other; the channel answers where it is paid.
It is asked until it says that it was, or until nobody shall pay it any more: then it is closed at
the channel first, so that money that comes at the last moment is booked and nothing comes after.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import Offer, Operation, Outcome, Route
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    Kind,
    PaymentId,
    PaymentOrder,
    Status,
    TooManyToPay,
    ToPay,
    Transfer,
    check_amount,
)
from tongbao.core.payments.domain.life import OVER, Why
from tongbao.core.payments.models import AttemptRow, PaymentOrderRow
from tongbao.core.payments.models.orders import IS_TO_PAY
from tongbao.core.payments.service.authority import check_may_initiate
from tongbao.core.payments.service.configuration import timing
from tongbao.core.payments.service.orders import gates
from tongbao.core.payments.service.orders.moving import create, move
from tongbao.core.payments.service.orders.sending import collect
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

TO_PAY_MAX: Final = 10
"""So many top-ups of an account may wait to be paid at once (a few more if begun together)."""
NOBODY: Final = "-"


async def wallets(tx: ReadSession, *, at: datetime) -> list[Offer]:
    """Return the wallets that one can top up from now, with what each takes."""
    return await channels.offered(tx, operation=Operation.COLLECT, counterparty_kind=None, at=at)


async def top_up_from_wallet(
    tx: WriteSession,
    *,
    creditor_account_id: UUID,
    wallet: str | None,
    amount: Money,
    initiated_by: Actor,
    at: datetime,
) -> Transfer:
    """Have somebody pay into an own account at a wallet: a named one, or the one routing prefers.

    Where to pay is told by `to_pay` once the wallet has said so. Raises `accounts.UnknownAccount`,
    `auth.Forbidden`, `AmountNotPositive`, `TooManyToPay`; a broken rule is a rejected order.
    """
    account = await accounts.get(tx, creditor_account_id)
    check_may_initiate(account, initiated_by)
    check_amount(amount)
    await _check_open(tx, account)
    holder = await parties.get(tx, account.party_id)
    order = _order(account, wallet, amount, holder.name, initiated_by, at)
    # Which wallet it is stands in the order from its beginning, so it is routed first.
    route = await gates.routed(
        tx, order, operation=Operation.COLLECT, kind=None, at=at, only=wallet
    )
    if isinstance(route, Route):
        order = _order(account, route.channels[0], amount, holder.name, initiated_by, at)
    order = await create(tx, order, by=initiated_by.id, at=at)
    refusal = await gates.refusal_of(
        tx, order, account=account, holder=holder, side=accounts.Side.RECEIVES, at=at
    )
    if refusal is not None:
        return await gates.reject(tx, order, refusal, at=at)
    order = await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at, by=initiated_by.id)
    return await collect(tx, order, route, holder=holder, at=at)


async def to_pay(tx: ReadSession, order: PaymentOrder, *, at: datetime) -> ToPay | None:
    """Return what whoever pays an order at a wallet has to do; None once nobody is to pay it."""
    if order.expires_at is None or order.closed_by is not None:
        return None
    if order.status in OVER or at >= order.expires_at:
        return None
    address = await tx.scalar(
        select(AttemptRow.redirect).where(
            AttemptRow.order_id == order.id,
            AttemptRow.outcome.is_distinct_from(Outcome.NOT_DONE.value),
        )
    )
    return ToPay(address, order.expires_at)


async def _check_open(tx: ReadSession, account: DepositAccount) -> None:
    waiting = select(func.count()).where(
        PaymentOrderRow.creditor_account_id == account.id, IS_TO_PAY
    )
    if (await tx.scalar(waiting) or 0) >= TO_PAY_MAX:
        raise TooManyToPay(most=TO_PAY_MAX)


def _order(
    account: DepositAccount,
    wallet: str | None,
    amount: Money,
    name: str,
    actor: Actor,
    at: datetime,
) -> PaymentOrder:
    payment_id = PaymentId(new_id())
    known = channels.features().get(wallet or "")
    return PaymentOrder(
        id=payment_id,
        kind=Kind.TOP_UP,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=None,
        debtor_account_number=wallet or NOBODY,
        debtor_name=NOBODY if known is None else known.title.zh,
        creditor_account_id=account.id,
        creditor_account_number=account.number,
        creditor_name=name,
        amount=amount,
        end_to_end_id=payment_id.hex,
        remittance=None,
        transaction_id=None,
        initiated_by=actor.id,
        initiated_at=at,
        expires_at=at + timing().to_pay,
    )
