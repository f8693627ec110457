"""API shapes."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.sources.domain.fetches import Fetch

_EXAMPLE: dict[str, Any] = {
    "id": "019a8a00-0000-7000-8000-000000000003",
    "source": "tax.vat_invoices",
    "purpose": "credit_assessment",
    "fetched_at": "2026-11-22T08:00:00Z",
    "period_from": "2023-01-01",
    "period_to": "2026-10-31",
    "row_count": 7995,
    "payload_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "keep_until": "2027-05-24T08:00:00Z",
    "deleted_at": None,
}


class FetchOut(BaseModel):
    """What was fetched once on a consent; never the data itself."""

    model_config = ConfigDict(
        title="Fetch", extra="forbid", json_schema_extra={"examples": [_EXAMPLE]}
    )

    id: UUID
    source: str
    purpose: str
    fetched_at: datetime
    period_from: date
    period_to: date
    row_count: int
    payload_sha256: Annotated[str, Field(description="Of what was received")]
    keep_until: Annotated[datetime, Field(description="Kept until then, unless it is used longer")]
    deleted_at: Annotated[datetime | None, Field(description="null while it is kept")]

    @classmethod
    def of(cls, fetch: Fetch) -> "FetchOut":
        """Return the shape of a fetch."""
        return cls(**{name: getattr(fetch, name) for name in cls.model_fields})
