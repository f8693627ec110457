"""Giving back what a payment cost whose service was not rendered."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from tongbao.core.ledger import service as ledger
from tongbao.core.payments.service.reading import get
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money

FEE_BACK_TYPE: Final = "payments.fee_refund"
_FEES_BACK: Final = UUID("8a1c6d54-0f0e-5d0b-9b0e-3b7a3f6f2d61")
"""Namespace of the ids of fees given back: made from the payment's, so each goes back once."""


async def give_fee_back(tx: WriteSession, payment_id: UUID, *, at: datetime) -> Money:
    """Book the fee of a settled payment here back to its payer: what was earned, and the tax in it.

    Once, however often it is asked for. Returns the fee; zero where there was none. Raises
    `UnknownPayment`, and what the ledger refuses, as for a closed account.
    """
    order = await get(tx, payment_id)
    fee = Money(order.fee_minor, order.amount.currency)
    if not fee.minor:
        return fee
    assert order.transaction_id is not None, "what cost something is settled"
    booked = await ledger.transaction(tx, order.transaction_id)
    _, *charged = booked.postings  # the payment itself, then its fee
    assert sum(each.amount for each in charged) == fee.minor, "the fee is the rest of the booking"
    back = ledger.NewTransaction(
        id=ledger.TransactionId(uuid5(_FEES_BACK, payment_id.hex)),
        type=FEE_BACK_TYPE,
        postings=tuple(
            ledger.NewPosting(
                debit=each.credit, credit=each.debit, amount=Money(each.amount, fee.currency)
            )
            for each in charged
        ),
        reference=order.remittance or order.end_to_end_id,
        metadata={"payment_id": str(order.id)},
        correlation_id=order.id,
    )
    (result,) = await ledger.post(tx, [back], at=at)
    result.raise_for_refusal()
    return fee
