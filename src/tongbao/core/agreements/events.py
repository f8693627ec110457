"""What happened to consents and agreements."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class ConsentGranted(Event):
    """A party allowed us to fetch its data from a source for a purpose."""

    type: ClassVar[str] = "agreements.consent_granted"

    consent_id: UUID
    party_id: UUID
    purpose: str
    source: str
    recipient: str
    text_version: str
    expires_at: datetime

    @property
    def subject(self) -> str:
        """Return the consent's id."""
        return str(self.consent_id)


class ConsentWithdrawn(Event):
    """A party took its consent back; nothing may be fetched on it from now on."""

    type: ClassVar[str] = "agreements.consent_withdrawn"

    consent_id: UUID
    party_id: UUID
    purpose: str
    source: str

    @property
    def subject(self) -> str:
        """Return the consent's id."""
        return str(self.consent_id)


class ConsentExpired(Event):
    """A consent's time was over; nothing may be fetched on it any more."""

    type: ClassVar[str] = "agreements.consent_expired"

    consent_id: UUID
    party_id: UUID
    purpose: str
    source: str

    @property
    def subject(self) -> str:
        """Return the consent's id."""
        return str(self.consent_id)


class AgreementSigned(Event):
    """A party signed a contract with us."""

    type: ClassVar[str] = "agreements.agreement_signed"

    agreement_id: UUID
    party_id: UUID
    template: str
    template_version: str

    @property
    def subject(self) -> str:
        """Return the agreement's id."""
        return str(self.agreement_id)
