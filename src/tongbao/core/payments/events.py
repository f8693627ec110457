"""What happened to payments."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class PaymentSettled(Event):
    """Money went from one account to another."""

    type: ClassVar[str] = "payments.payment_settled"

    payment_id: UUID
    debtor_account_id: UUID
    creditor_account_id: UUID
    amount: MoneyField
    transaction_id: UUID

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)


class PaymentRejected(Event):
    """A payment order was refused; no money moved."""

    type: ClassVar[str] = "payments.payment_rejected"

    payment_id: UUID
    debtor_account_id: UUID
    amount: MoneyField
    reason_code: str

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)
