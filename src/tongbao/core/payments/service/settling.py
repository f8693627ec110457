"""The short way of a batch that needs nothing but room, unused ids and money: one statement.

What the orders touch is locked for as long as the server takes for it: everything is prepared
before. What comes up is left to the long way, from that step on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, LiteralString

from tongbao.core.ledger import service as ledger
from tongbao.core.payments.domain import Transfer
from tongbao.core.payments.events import PaymentSettled
from tongbao.core.payments.service.knowing import Item
from tongbao.core.payments.service.storing import rejected, settled_columns, told_as_settled
from tongbao.infra import outbox
from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.risk.limits import service as limits

_SETTLE: Final[LiteralString] = """
SELECT came_up, use_refusal, use_rule_code, use_used, use_maximum, refusal, sequence,
       refused_posting, available, debit_balance, credit_balance
  FROM payments_settle(
    %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[],
    %s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s, %s,
    %s::integer[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[],
    %s::text[], %s::boolean[], %s::boolean[], %s::text[], %s::boolean[],
    %s, %s::bytea[], %s::text[], %s::jsonb[], %s::uuid[], %s::uuid[], %s::text[],
    %s, %s, %s::text[], %s)
"""
_USES: Final = slice(1, 5)
_BOOKED: Final = slice(5, 11)


class CameUp(StrEnum):
    """Where something came up."""

    LIMITS = "limits"
    END_TO_END_IDS = "end_to_end_ids"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Orders that stand, with everything that the statement takes: nothing is left to be made."""

    items: Sequence[Item]
    orders: Sequence[Transfer]
    uses: Sequence[limits.Use]
    transactions: Sequence[ledger.NewTransaction]
    at: datetime
    parameters: Sequence[object]


def written(
    items: Sequence[Item],
    *,
    uses: Sequence[limits.Use],
    transactions: Sequence[ledger.NewTransaction],
    at: datetime,
) -> Settlement:
    """Write down what settles orders that stand."""
    orders = [item.sides[3] for item in items]
    parameters = (
        *settled_columns(orders),
        at,
        business_date(at),
        *limits.arguments_besides(uses),
        transactions[0].type,
        *ledger.arguments_of_plain(transactions),
        PaymentSettled.type,
        PaymentSettled.version,
        array(Kind.TEXT, [told_as_settled(order) for order in orders]),
    )
    return Settlement(items, orders, uses, transactions, at, parameters)


async def settle(tx: WriteSession, settlement: Settlement) -> CameUp | None:
    """Reserve, store, book and tell of orders that stand; what is refused has its refusal then.

    Returns where something came up: what comes after that is still to be done.
    """
    items, uses = settlement.items, settlement.uses
    wake = outbox.wake_due()
    (row,) = await tx.fetch(_SETTLE, (*settlement.parameters, wake))
    if row[0] is None:
        return None
    if wake:
        outbox.wake_unused()
    came_up = CameUp(row[0])
    if came_up is CameUp.LIMITS:
        reserved = await limits.reservations(tx, uses, row[_USES], at=settlement.at)
        for item, reservation in zip(items, reserved, strict=True):
            item.refusal = reservation.error
    elif came_up is CameUp.LEDGER:
        booked = ledger.booked_as(settlement.transactions, row[_BOOKED])
        for item, order, result in zip(items, settlement.orders, booked, strict=True):
            if result.error is not None:
                item.refusal = result.error
                item.order = rejected(order, result.error)
    return came_up
