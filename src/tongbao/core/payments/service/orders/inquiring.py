"""Asking a channel at once what became of an order, when somebody cannot wait for the next turn."""

from datetime import datetime
from uuid import UUID

from tongbao.core.payments.domain import NothingToAsk, PaymentOrder
from tongbao.core.payments.domain.life import OUTSIDE
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.core.payments.service.orders.moving import lock, look_again
from tongbao.core.payments.service.reading import order_of
from tongbao.infra import jobs
from tongbao.infra.db import WriteSession


async def inquire(tx: WriteSession, payment_id: UUID, *, at: datetime) -> PaymentOrder:
    """Have a worker ask now; nothing else about the order changes. Asking twice does no harm.

    Raises:
        UnknownPayment: there is none.
        NothingToAsk: no channel has it, or how it ended is known.
    """
    order = order_of(await lock(tx, payment_id))
    if order.status not in OUTSIDE:
        raise NothingToAsk(status=order.status.value)
    await look_again(tx, payment_id, at=at)
    await jobs.defer(tx, DRIVE_JOB, {}, queueing_lock=DRIVE_JOB)
    return order
