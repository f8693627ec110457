"""Consents: what one covers, how it is asked for and given, and when it is in force."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.parties.service import PartyId

ConsentId = NewType("ConsentId", UUID)

CONFIRM_WITHIN: Final = timedelta(minutes=10)
"""How long a request waits for its second confirmation."""


class ConsentStatus(StrEnum):
    """A consent is granted once and ends once: by the party, a newer consent, or its time."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which data may be fetched, and from how far back.

    `months_max` is the longest period an answer may cover, back from the last day it has.
    """

    data: tuple[str, ...]
    months_max: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long fetched data is kept: `days` from the fetch.

    Where a contract was made on it, until `days_after_contract` days after that has ended.
    """

    days: int
    days_after_contract: int


@dataclass(frozen=True, slots=True)
class Consent:
    """A party allows us to fetch its data from one source for one purpose and one recipient.

    It is in force during [granted_at, expires_at) while its status is granted. `text_digest` is
    the SHA-256 of the words that were shown. Users are named by their ids; nobody ends a consent
    whose time is over.
    """

    id: ConsentId
    party_id: PartyId
    purpose: str
    source: str
    recipient: str
    scope: Scope
    retention: Retention
    text_version: str
    text_digest: str
    status: ConsentStatus
    granted_at: datetime
    granted_by: UUID
    expires_at: datetime
    ended_at: datetime | None
    ended_by: UUID | None

    def in_force(self, at: datetime) -> bool:
        """Tell whether data may be fetched on this consent at the instant `at`."""
        return self.status is ConsentStatus.GRANTED and self.granted_at <= at < self.expires_at

    def status_at(self, at: datetime) -> ConsentStatus:
        """Return the status at an instant: past its time it is expired, noted or not."""
        late = self.status is ConsentStatus.GRANTED and at >= self.expires_at
        return ConsentStatus.EXPIRED if late else self.status


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What a party is about to allow, in full, waiting for its second confirmation.

    `statement` is exactly what is confirmed; `digest` is the SHA-256 of its canonical form and is
    sent back. It counts once and until `expires_at`, for the user who asked.
    """

    id: UUID
    party_id: PartyId
    text_version: str
    statement: Mapping[str, object]
    digest: str
    requested_by: UUID
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One line of a consent's history, never changed and never removed.

    `receipt_id` names its receipt. `recorded_by` is None where nobody did it: time was over.
    """

    id: UUID
    consent_id: ConsentId
    status: ConsentStatus
    text_version: str
    text_digest: str
    recorded_by: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a party holds in its hands: the record, and our signature over its canonical bytes."""

    record_id: UUID
    document: str
    signature: bytes
    key_id: str


def canonical(document: Mapping[str, object]) -> str:
    """Return a document as RFC 8785 writes it, for values that are no floating-point numbers.

    Names are ASCII here, so sorting by code point is sorting as the RFC does.
    """
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest_of(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of a document's canonical form in 64 hexadecimal digits."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()
