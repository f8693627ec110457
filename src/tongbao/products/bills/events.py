"""What happened to bills."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class _OfABill(BaseModel):
    """Which paid bill it is about, and whose."""

    bill_payment_id: UUID
    party_id: UUID
    biller: str
    period: str
    amount: MoneyField
    payment_id: UUID

    @property
    def subject(self) -> str:
        """Return the paid bill's id."""
        return str(self.bill_payment_id)


class BillConfirmed(_OfABill, Event):
    """The biller has given its receipt for a bill."""

    type: ClassVar[str] = "bills.bill_confirmed"

    receipt_number: str


class BillRefunded(_OfABill, Event):
    """The biller refused a payment, and the money went back."""

    type: ClassVar[str] = "bills.bill_refunded"

    reason_code: str
    refund_id: UUID
