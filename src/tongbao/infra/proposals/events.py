"""What happened to proposals; what they are about, whoever may see them looks up."""

from typing import ClassVar, Literal
from uuid import UUID

from tongbao.kernel.events import Event


class ProposalMade(Event):
    """Something waits for a second person."""

    type: ClassVar[str] = "proposals.proposal_made"

    proposal_id: UUID
    action: str
    party_id: UUID | None
    maker_id: UUID

    @property
    def subject(self) -> str:
        """Return the proposal's id."""
        return str(self.proposal_id)


class ProposalDecided(Event):
    """It was executed, refused, withdrawn or has expired (nobody decided then)."""

    type: ClassVar[str] = "proposals.proposal_decided"

    proposal_id: UUID
    action: str
    state: Literal["executed", "refused", "withdrawn", "expired"]
    decided_by: UUID | None

    @property
    def subject(self) -> str:
        """Return the proposal's id."""
        return str(self.proposal_id)
