"""What happened at the outside sources."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class DataFetched(Event):
    """A party's data was fetched on its consent; whoever keeps the access log listens."""

    type: ClassVar[str] = "sources.data_fetched"

    fetch_id: UUID
    party_id: UUID
    consent_id: UUID
    source: str
    purpose: str
    row_count: int

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class DataDeleted(Event):
    """What was fetched is gone: its time was over, or its consent was withdrawn."""

    type: ClassVar[str] = "sources.data_deleted"

    fetch_id: UUID
    party_id: UUID
    consent_id: UUID
    source: str

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)
