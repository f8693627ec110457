"""What happened to payments."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class PaymentSettled(Event):
    """Money moved; a side without an account id is not one of this bank's accounts."""

    type: ClassVar[str] = "payments.payment_settled"

    payment_id: UUID
    debtor_account_id: UUID | None
    creditor_account_id: UUID | None
    amount: MoneyField
    transaction_id: UUID
    kind: str = "book_transfer"

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)


class PaymentRejected(Event):
    """A payment order was refused; no money moved."""

    type: ClassVar[str] = "payments.payment_rejected"

    payment_id: UUID
    debtor_account_id: UUID | None
    amount: MoneyField
    reason_code: str
    kind: str = "book_transfer"
    creditor_account_id: UUID | None = None

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)


class _OfAnOrder(BaseModel):
    """What events of orders that leave the house have in common."""

    payment_id: UUID
    kind: str
    debtor_account_id: UUID | None
    creditor_account_id: UUID | None
    amount: MoneyField

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)


class PaymentSent(_OfAnOrder, Event):
    """A payment was handed to a channel, for the first time or after another had refused it."""

    type: ClassVar[str] = "payments.payment_sent"

    channel: str
    reference: str


class PaymentUnknown(_OfAnOrder, Event):
    """Nobody knows whether a channel has executed a payment; it is asked until known."""

    type: ClassVar[str] = "payments.payment_unknown"

    channel: str
    reference: str


class PaymentReturned(_OfAnOrder, Event):
    """A settled payment came back; `return_id` is the order that brought the money."""

    type: ClassVar[str] = "payments.payment_returned"

    return_id: UUID
    reason_code: str | None


class RecallDecided(_OfAnOrder, Event):
    """The payee's bank sends a recalled payment back, or will not; the money comes as a return."""

    type: ClassVar[str] = "payments.recall_decided"

    recall_id: UUID
    accepted: bool
    reason_code: str | None


class RecallOverdue(_OfAnOrder, Event):
    """A recall is asked about no more: nobody answered, or what was agreed to did not come."""

    type: ClassVar[str] = "payments.recall_overdue"

    recall_id: UUID
    accepted: bool


class RefundSettled(_OfAnOrder, Event):
    """All or a part of a payment went back to whoever paid."""

    type: ClassVar[str] = "payments.refund_settled"

    original_id: UUID
    transaction_id: UUID
