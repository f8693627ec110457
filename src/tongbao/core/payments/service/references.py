"""End-to-end ids that are orders' own: the unique index is about those that somebody chose."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.payments.domain import PaymentOrder, Status
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import ReadSession

_OWN: Final = re.compile(r"[0-9a-f]{12}7[0-9a-f]{19}")
"""What an order's own id looks like as an end-to-end id; hardly anybody chooses one like it."""
_GONE: Final = (Status.REJECTED.value, Status.CANCELLED.value)


async def of_others(tx: ReadSession, orders: Sequence[PaymentOrder]) -> set[UUID]:
    """Return the ids of the orders whose end-to-end id is another's own, of the same account.

    Unless that one was refused, or no account here pays: what comes in has any reference. Nobody
    knows an order's id before it is committed, so it is enough to look once, whatever is written
    at the same moment.
    """
    chosen = [
        order
        for order in orders
        if order.debtor_account_id is not None
        and order.end_to_end_id != order.id.hex
        and _OWN.fullmatch(order.end_to_end_id)
    ]
    if not chosen:
        return set()
    others = await tx.execute(
        select(PaymentOrderRow.debtor_account_id, PaymentOrderRow.end_to_end_id).where(
            PaymentOrderRow.id.in_([UUID(order.end_to_end_id) for order in chosen]),
            PaymentOrderRow.end_to_end_id.in_([order.end_to_end_id for order in chosen]),
            PaymentOrderRow.status.not_in(_GONE),
        )
    )
    used = {(account_id, end_to_end_id) for account_id, end_to_end_id in others}
    return {order.id for order in chosen if (order.debtor_account_id, order.end_to_end_id) in used}
