"""What happened to parties."""

from datetime import date
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


class PartyRegistered(_OfParty, Event):
    """A person or an organisation became known to us."""

    type: ClassVar[str] = "parties.party_registered"

    kind: Literal["person", "organisation"]


class FactsRecorded(_OfParty, Event):
    """The facts of a person or an organisation were written down or changed."""

    type: ClassVar[str] = "parties.facts_recorded"

    recorded_by: UUID


class StatusChanged(_OfParty, Event):
    """A party went from one state to another."""

    type: ClassVar[str] = "parties.status_changed"

    before: str
    after: str


class RiskRated(_OfParty, Event):
    """The risk of a customer was judged."""

    type: ClassVar[str] = "parties.risk_rated"

    risk: Literal["low", "medium", "high"]
    review_on: date


class LevelChanged(_OfParty, Event):
    """A party is known better, or no longer well enough."""

    type: ClassVar[str] = "parties.level_changed"

    before: int
    after: int
    case_id: UUID | None


class ContactChanged(_OfParty, Event):
    """A contact point was added, verified, made the primary one or removed."""

    type: ClassVar[str] = "parties.contact_changed"

    contact_id: UUID
    change: Literal["added", "verified", "made_primary", "removed"]


class RelationshipBegun(_OfParty, Event):
    """Somebody came to stand in a relation to the party."""

    type: ClassVar[str] = "parties.relationship_begun"

    relationship_id: UUID
    kind: str
    from_party_id: UUID


class RelationshipEnded(_OfParty, Event):
    """Somebody ceased to stand in a relation to the party."""

    type: ClassVar[str] = "parties.relationship_ended"

    relationship_id: UUID


class DocumentRecorded(_OfParty, Event):
    """A document, or a new version of it, was shown."""

    type: ClassVar[str] = "parties.document_recorded"

    document_id: UUID
    document: str
    document_version: int


class DocumentExpiring(_OfParty, Event):
    """A document ends in some days (30, 7, 1), or has ended (0)."""

    type: ClassVar[str] = "parties.document_expiring"

    document_id: UUID
    days: int
    valid_until: date


class CaseStateChanged(_OfParty, Event):
    """The check of an identity came a step further."""

    type: ClassVar[str] = "parties.case_state_changed"

    case_id: UUID
    before: str | None
    after: str


class ReviewDue(_OfParty, Event):
    """A customer is to be looked at again."""

    type: ClassVar[str] = "parties.review_due"

    review_on: date
    case_id: UUID | None


class DuplicateFound(_OfParty, Event):
    """The party may be one with another."""

    type: ClassVar[str] = "parties.duplicate_found"

    duplicate_id: UUID
    other_id: UUID
    score: int


class DuplicateWorked(_OfParty, Event):
    """Staff said whether two parties are one."""

    type: ClassVar[str] = "parties.duplicate_worked"

    duplicate_id: UUID
    other_id: UUID
    verdict: Literal["same", "not_same"]
