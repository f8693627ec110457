"""What happened to links, requests and codes, and what was collected."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class PaymentCollected(Event):
    """A payment was collected for `party_id`; `reference` is the payee's own."""

    type: ClassVar[str] = "collecting.payment_collected"

    payment_id: UUID
    party_id: UUID
    means: Literal["till_code", "order_code", "link", "request", "pay_code"]
    amount: MoneyField
    till_id: UUID | None
    link_id: UUID | None
    request_id: UUID | None
    reference: str | None

    @property
    def subject(self) -> str:
        """Return the payment's id."""
        return str(self.payment_id)


class LinkEnded(Event):
    """A link, or a code for one sale, cannot be paid any more."""

    type: ClassVar[str] = "collecting.link_ended"

    link_id: UUID
    party_id: UUID
    outcome: Literal["completed", "cancelled", "expired"]
    paid_count: int

    @property
    def subject(self) -> str:
        """Return the link's id."""
        return str(self.link_id)


class _OfARequest(BaseModel):
    """Which request it is about; `party_id` is whose news it is."""

    request_id: UUID
    party_id: UUID
    amount: MoneyField

    @property
    def subject(self) -> str:
        """Return the request's id."""
        return str(self.request_id)


class RequestReceived(_OfARequest, Event):
    """Somebody asks `party_id` for money."""

    type: ClassVar[str] = "collecting.request_received"

    expires_at: datetime


class RequestFallsDue(_OfARequest, Event):
    """A request to `party_id` ends within a day and is still open; `amount` is what remains."""

    type: ClassVar[str] = "collecting.request_falls_due"

    expires_at: datetime


class RequestPaid(_OfARequest, Event):
    """`party_id` was paid what it had asked for, all of it."""

    type: ClassVar[str] = "collecting.request_paid"


class RequestDeclined(_OfARequest, Event):
    """`party_id` will not be paid what it asked for; `amount` is what remained."""

    type: ClassVar[str] = "collecting.request_declined"


class RequestCancelled(_OfARequest, Event):
    """`party_id` need not pay any more; `amount` is what remained."""

    type: ClassVar[str] = "collecting.request_cancelled"


class RequestExpired(_OfARequest, Event):
    """The time to pay `party_id` is over; `amount` is what remained."""

    type: ClassVar[str] = "collecting.request_expired"


class _OfAPayCode(BaseModel):
    """Whose code it is."""

    pay_code_id: UUID
    party_id: UUID
    user_id: UUID
    account_id: UUID

    @property
    def subject(self) -> str:
        """Return the code's id."""
        return str(self.pay_code_id)


class PayCodeEnabled(_OfAPayCode, Event):
    """A user can pay from an account by showing codes, at most `per_payment` at once."""

    type: ClassVar[str] = "collecting.pay_code_enabled"

    per_payment: MoneyField


class PayCodeDisabled(_OfAPayCode, Event):
    """A user cannot pay by showing codes any more."""

    type: ClassVar[str] = "collecting.pay_code_disabled"


class ChargeDeclined(_OfAPayCode, Event):
    """A code was presented and nothing was paid, for a reason no payment tells of.

    `above_maximum`: more than the user allows at once; `not_able`: they may not pay so now.
    """

    type: ClassVar[str] = "collecting.charge_declined"

    amount: MoneyField
    reason: Literal["above_maximum", "not_able"]
