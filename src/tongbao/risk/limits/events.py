"""What happens to limits."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class LimitRaised(Event):
    """A customer's limit was raised for a time."""

    type: ClassVar[str] = "limits.raised"

    party_id: UUID
    rule_code: str

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
