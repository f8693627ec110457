"""What happened to bills."""

from datetime import date
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


class _OfAMandate(BaseModel):
    """Which mandate it is about, and whose."""

    mandate_id: UUID
    party_id: UUID
    biller: str

    @property
    def subject(self) -> str:
        """Return the mandate's id."""
        return str(self.mandate_id)


class MandateMade(_OfAMandate, Event):
    """Somebody agreed that bills are paid by themselves."""

    type: ClassVar[str] = "bills.mandate_made"

    maximum: MoneyField


class MandateStopped(_OfAMandate, Event):
    """A mandate was paused or ended; `why` is `customer` or the problem that stopped it."""

    type: ClassVar[str] = "bills.mandate_stopped"

    state: str
    why: str


class _OfADueBill(_OfAMandate):
    """Which bill under the mandate."""

    reference: str
    period: str
    amount: MoneyField


class DueBillPaid(_OfADueBill, Event):
    """A bill was paid by its mandate."""

    type: ClassVar[str] = "bills.due_paid"

    bill_payment_id: UUID


class DueBillDelayed(_OfADueBill, Event):
    """A bill could not be paid and is tried again."""

    type: ClassVar[str] = "bills.due_delayed"

    reason_code: str
    retry_on: date


class DueBillMissed(_OfADueBill, Event):
    """A bill could not be paid and is not tried again."""

    type: ClassVar[str] = "bills.due_missed"

    reason_code: str


class BillAboveMaximum(_OfADueBill, Event):
    """A bill is above what was agreed; it was not paid."""

    type: ClassVar[str] = "bills.above_maximum"

    maximum: MoneyField
