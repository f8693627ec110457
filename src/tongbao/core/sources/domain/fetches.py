"""Fetches: what is known of a download that was stored."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongbao.core.sources.domain.download import FetchId


@dataclass(frozen=True, slots=True)
class Fetch:
    """A completed fetch; amounts in minor units (fen). `deleted_at`: when its payload went."""

    id: FetchId
    party_id: UUID
    consent_id: UUID
    source: str
    purpose: str
    taxpayer_name: str
    period_from: date
    period_to: date
    row_count: int
    amount_minor: int
    tax_minor: int
    payload_sha256: str
    fetched_at: datetime
    keep_until: datetime
    deleted_at: datetime | None
