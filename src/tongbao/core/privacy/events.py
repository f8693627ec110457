"""What was done with data on people."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event


class _OfParty(BaseModel):
    """The events of one party come in order."""

    party_id: UUID

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class Revealed(_OfParty, Event):
    """Somebody saw core data of a party whole."""

    type: ClassVar[str] = "privacy.revealed"

    what: Literal["contact", "document", "evidence", "picture"]
    object_id: UUID
    by: UUID


class Erased(_OfParty, Event):
    """Data on a party was erased; its id leads to nobody any more."""

    type: ClassVar[str] = "privacy.erased"


class ErasureQueued(_OfParty, Event):
    """Data on a party is erased once the law's time is over."""

    type: ClassVar[str] = "privacy.erasure_queued"

    due_at: datetime


class Exported(_OfParty, Event):
    """Somebody got everything that is kept about a party."""

    type: ClassVar[str] = "privacy.exported"

    by: UUID
