"""Taking an order back: before any channel has it, or before whoever is to pay it has paid."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from tongbao.core.accounts import service as accounts
from tongbao.core.payments.domain import NotCancellable, PaymentOrder, UnknownPayment
from tongbao.core.payments.domain.life import CANCELLABLE, OUTSIDE
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.authority import INITIATE
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.core.payments.service.orders.moving import lock, look_again
from tongbao.core.payments.service.orders.recording import cancelled
from tongbao.core.payments.service.reading import order_of
from tongbao.infra import jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession


async def cancel(
    tx: WriteSession, payment_id: UUID, *, cancelled_by: Actor, at: datetime
) -> PaymentOrder:
    """Cancel an order that nobody outside can have; what it held is free again.

    One that somebody is to pay at a wallet is closed there first, and stays where it stands until
    then: it is `cancelled` once nobody can pay it any more, and settled if somebody has.

    Raises `UnknownPayment`, `auth.Forbidden` and `NotCancellable`.
    """
    order = order_of(await lock(tx, payment_id))
    await _check_may_cancel(tx, order, cancelled_by)
    if order.status in CANCELLABLE:
        return await cancelled(tx, order, at=at, by=cancelled_by.id)
    if order.status not in OUTSIDE or order.expires_at is None:
        raise NotCancellable(status=order.status.value)
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order.id, PaymentOrderRow.closed_by.is_(None))
        .values(closed_by=cancelled_by.id)
        .execution_options(synchronize_session=False)
    )
    await look_again(tx, order.id, at=at)
    await jobs.defer(tx, DRIVE_JOB, {}, queueing_lock=DRIVE_JOB)
    return order


async def _check_may_cancel(tx: WriteSession, order: PaymentOrder, actor: Actor) -> None:
    account_id = order.debtor_account_id or order.creditor_account_id
    if account_id is None or order.initiated_by is None:
        raise UnknownPayment
    account = await accounts.get(tx, account_id)
    actor.check(INITIATE, party_id=account.party_id, unknown=UnknownPayment())
