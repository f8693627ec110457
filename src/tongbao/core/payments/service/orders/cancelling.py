"""Taking an order back before any channel has it."""

from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.payments.domain import Kind, NotCancellable, PaymentOrder, Status, UnknownPayment
from tongbao.core.payments.domain.life import CANCELLABLE, Why
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.orders import booking
from tongbao.core.payments.service.orders.moving import lock, move
from tongbao.core.payments.service.orders.refunded import give_back
from tongbao.core.payments.service.reading import order_of
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.risk.limits import service as limits


async def cancel(
    tx: WriteSession, payment_id: UUID, *, cancelled_by: Actor, at: datetime
) -> PaymentOrder:
    """Cancel an order that nobody outside can have; what it held is free again.

    Raises `UnknownPayment`, `auth.Forbidden` and `NotCancellable`.
    """
    order = order_of(await lock(tx, payment_id))
    await _check_may_cancel(tx, order, cancelled_by)
    if order.status not in CANCELLABLE:
        raise NotCancellable(status=order.status.value)
    await booking.release(tx, order, at=at)
    await limits.release(tx, [order.id], at=at)
    if order.kind is Kind.REFUND:
        await give_back(tx, order)
    why, by = Why.CANCELLED, cancelled_by.id
    return await move(tx, order, Status.CANCELLED, why=why, at=at, by=by, fee_minor=0)


async def _check_may_cancel(tx: WriteSession, order: PaymentOrder, actor: Actor) -> None:
    account_id = order.debtor_account_id or order.creditor_account_id
    if account_id is None or order.initiated_by is None:
        raise UnknownPayment
    account = await accounts.get(tx, account_id)
    actor.check(INITIATE, party_id=account.party_id, unknown=UnknownPayment())
