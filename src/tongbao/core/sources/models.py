"""The table of fetches: what was fetched, on which consent, and the very bytes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class FetchRow(Base):
    """One completed download from an outside source; written once.

    `payload` is the compressed document of `domain.pack`; `payload_sha256` is the digest of the
    uncompressed one, so that a decision taken on it can be replayed. Once the time that the
    consent promised is over, the payload is deleted; row and digest stay as evidence.
    """

    __tablename__ = "sources_fetch"
    __data__ = Declared(
        important=(
            "registration_number",
            "taxpayer_name",
            "row_count",
            "amount_minor",
            "tax_minor",
            "payload",
        ),
        general=("source", "purpose", "period_from", "period_to"),
        technical=(
            "id",
            "party_id",
            "consent_id",
            "page_count",
            "byte_count",
            "payload_format",
            "payload_sha256",
            "begun_at",
            "fetched_at",
            "keep_until",
            "payload_deleted_at",
        ),
        keep=Keep.PROMISED,
    )
    __table_args__ = (
        CheckConstraint("row_count >= 0", name="row_count"),
        CheckConstraint("period_from <= period_to", name="period"),
        CheckConstraint("payload_sha256 ~ '^[0-9a-f]{64}$'", name="payload_sha256"),
        CheckConstraint("(payload IS NULL) = (payload_deleted_at IS NOT NULL)", name="payload"),
        Index(None, "keep_until", postgresql_where=text("payload_deleted_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), index=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_consent.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    registration_number: Mapped[str] = mapped_column(Text)
    taxpayer_name: Mapped[str] = mapped_column(Text)
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    row_count: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    page_count: Mapped[int] = mapped_column(Integer)
    byte_count: Mapped[int] = mapped_column(BigInteger)
    payload_format: Mapped[int] = mapped_column(SmallInteger)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    payload_sha256: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    fetched_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    keep_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    payload_deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
