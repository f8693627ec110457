"""What the audit trail tells others."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class AlertOpened(Event):
    """A pattern in the trail is to be looked at; who reads the trail looks up the rest."""

    type: ClassVar[str] = "audit.alert_opened"

    alert_id: UUID
    rule: str
    entries: int

    @property
    def subject(self) -> str:
        """Return the alert's id."""
        return str(self.alert_id)
