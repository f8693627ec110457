"""What happens to limits."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class LimitLowered(Event):
    """A customer set a maximum of their own; `maximum` is None where uses are counted."""

    type: ClassVar[str] = "limits.lowered"

    party_id: UUID
    tally: str
    period: str
    maximum: MoneyField | None

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class LimitRestored(Event):
    """A customer took their own maximum back; the bank's holds."""

    type: ClassVar[str] = "limits.restored"

    party_id: UUID
    tally: str
    period: str

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class LimitRaised(Event):
    """A customer's limit was raised for a time; `maximum` is None where uses are counted."""

    type: ClassVar[str] = "limits.raised"

    party_id: UUID
    tally: str
    period: str
    maximum: MoneyField | None
    until: datetime

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class RaiseEnded(Event):
    """A raise was ended before its time."""

    type: ClassVar[str] = "limits.raise_ended"

    party_id: UUID
    tally: str
    period: str

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class RuleChanged(Event):
    """A rule got another version, or ended."""

    type: ClassVar[str] = "limits.rule_changed"

    rule_code: str

    @property
    def subject(self) -> str:
        """Return the rule's code."""
        return self.rule_code
