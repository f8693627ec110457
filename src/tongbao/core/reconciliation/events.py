"""What happened in reconciliation."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class DayReconciled(Event):
    """A day of a channel was compared, or stands otherwise than before.

    `agreed` and `broken` count references of its statement.
    """

    type: ClassVar[str] = "reconciliation.day_reconciled"

    channel: str
    day: date
    lines: int
    agreed: int
    broken: int
    net: MoneyField

    @property
    def subject(self) -> str:
        """Return the channel's name."""
        return self.channel


class BreaksResolved(Event):
    """Two people agreed on what closes cases; `transaction_id` None: nothing was to be booked."""

    type: ClassVar[str] = "reconciliation.breaks_resolved"

    channel: str
    break_ids: list[UUID]
    amount: MoneyField
    transaction_id: UUID | None

    @property
    def subject(self) -> str:
        """Return the channel's name."""
        return self.channel


class SuspenseNotZero(Event):
    """An alert: money has been in a channel's suspense account for too long."""

    type: ClassVar[str] = "reconciliation.suspense_not_zero"

    channel: str
    balance: MoneyField
    cases: int
    oldest_on: date

    @property
    def subject(self) -> str:
        """Return the channel's name."""
        return self.channel
