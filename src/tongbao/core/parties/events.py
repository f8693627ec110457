"""What happened to parties."""

from typing import ClassVar, Literal
from uuid import UUID

from tongbao.kernel.events import Event


class PartyRegistered(Event):
    """A person or an organisation became known to us."""

    type: ClassVar[str] = "parties.party_registered"

    party_id: UUID
    kind: Literal["person", "organisation"]

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)
