"""How much of an order was refunded: counted on the order itself, so that the database holds it."""

from sqlalchemy import update

from tongbao.core.payments.domain import PaymentOrder
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import WriteSession


async def take(tx: WriteSession, original: PaymentOrder, *, amount_minor: int) -> bool:
    """Count a refund of an original; False where not so much is left.

    Of two at once the second waits for the first and is judged by what it left.
    """
    counted = await tx.scalar(
        update(PaymentOrderRow)
        .where(
            PaymentOrderRow.id == original.id,
            PaymentOrderRow.refunded_minor + amount_minor <= PaymentOrderRow.amount_minor,
        )
        .values(refunded_minor=PaymentOrderRow.refunded_minor + amount_minor)
        .returning(PaymentOrderRow.refunded_minor)
        .execution_options(synchronize_session=False)
    )
    return counted is not None


async def give_back(tx: WriteSession, refund: PaymentOrder) -> None:
    """Count a refund no more that came to nothing."""
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == refund.original_id)
        .values(refunded_minor=PaymentOrderRow.refunded_minor - refund.amount.minor)
        .execution_options(synchronize_session=False)
    )
