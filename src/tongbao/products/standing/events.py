"""What happened to standing orders."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class _OfAnOrder(BaseModel):
    """Which order it is about, and whose."""

    order_id: UUID
    party_id: UUID
    amount: MoneyField

    @property
    def subject(self) -> str:
        """Return the order's id."""
        return str(self.order_id)


class OrderMade(_OfAnOrder, Event):
    """Somebody ordered payments to come."""

    type: ClassVar[str] = "standing.order_made"

    first_on: date


class OrderStopped(_OfAnOrder, Event):
    """An order was paused or cancelled, or has ended; `why` is who or what stopped it."""

    type: ClassVar[str] = "standing.order_stopped"

    state: str
    why: str


class DatePaid(_OfAnOrder, Event):
    """A due date was paid."""

    type: ClassVar[str] = "standing.date_paid"

    number: int
    due_on: date
    payment_id: UUID


class DateDelayed(_OfAnOrder, Event):
    """A due date was not paid and is tried again."""

    type: ClassVar[str] = "standing.date_delayed"

    number: int
    due_on: date
    reason_code: str
    retry_on: date


class DateMissed(_OfAnOrder, Event):
    """A due date was not paid and will not be."""

    type: ClassVar[str] = "standing.date_missed"

    number: int
    due_on: date
    reason_code: str
