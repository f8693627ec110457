"""Where an order has been."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongbao.core.payments.domain.nouns import PaymentOrder, Status
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Transition:
    """An arrow an order took; `by` None: the platform."""

    before: Status | None
    after: Status
    at: datetime
    by: UUID | None
    why: str
    note: str | None
    attempt_id: UUID | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a channel, and what became of it."""

    id: UUID
    channel: str
    operation: str
    reference: str
    outcome: str | None
    channel_reference: str | None
    channel_code: str | None
    reason: Text | None
    iso_code: str | None
    route: Sequence[tuple[str, Text]]
    prepared_at: datetime
    answered_at: datetime | None
    inquiries: int


@dataclass(frozen=True, slots=True)
class History:
    """An order with all it went through."""

    order: PaymentOrder
    transitions: Sequence[Transition]
    attempts: Sequence[Attempt]
