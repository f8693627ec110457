"""What others hear of an order's life."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.events import (
    PaymentSent,
    PaymentSettled,
    PaymentUnknown,
    RefundSettled,
)
from tongbao.core.payments.models import AttemptRow
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession


def facts(order: PaymentOrder) -> dict[str, Any]:
    """Return what all events of an order say."""
    return {
        "payment_id": order.id,
        "kind": order.kind.value,
        "debtor_account_id": order.debtor_account_id,
        "creditor_account_id": order.creditor_account_id,
        "amount": order.amount,
    }


async def tell_sent(
    tx: WriteSession, order: PaymentOrder, *, channel: str, reference: str, at: datetime
) -> None:
    """Tell that a channel is given the order."""
    await outbox.append(
        tx, [PaymentSent(**facts(order), channel=channel, reference=reference)], at=at
    )


async def tell_unknown(
    tx: WriteSession, order: PaymentOrder, attempt: AttemptRow, *, at: datetime
) -> None:
    """Tell that nobody knows."""
    unknown = PaymentUnknown(**facts(order), channel=attempt.channel, reference=attempt.reference)
    await outbox.append(tx, [unknown], at=at)


async def tell_settled(
    tx: WriteSession, order: PaymentOrder, *, transaction_id: UUID, at: datetime
) -> None:
    """Tell that the money moved; of a refund also that it went back."""
    if order.kind is Kind.VERIFICATION:
        return  # its amount is what the card's holder has to tell us
    settled = PaymentSettled(**facts(order), transaction_id=transaction_id)
    await outbox.append(tx, [settled], at=at)
    if order.kind is Kind.REFUND:
        assert order.original_id is not None
        refunded = RefundSettled(
            **facts(order), original_id=order.original_id, transaction_id=transaction_id
        )
        await outbox.append(tx, [refunded], at=at)
