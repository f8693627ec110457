"""The tables of consents and agreements; `sql/guards.sql` keeps them append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_DIGEST = "text_digest ~ '^[0-9a-f]{64}$'"
_STATUS = "status IN ('granted', 'withdrawn', 'replaced')"


class ConsentRow(Base):
    """One consent; at most one is granted at a time per party, purpose and source."""

    __tablename__ = "agreements_consent"
    __data__ = Declared(
        general=("purpose", "source", "text_version"),
        technical=(
            "id",
            "party_id",
            "text_digest",
            "status",
            "granted_at",
            "granted_by",
            "expires_at",
            "ended_at",
            "ended_by",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(_STATUS, name="status"),
        CheckConstraint(_DIGEST, name="text_digest"),
        CheckConstraint("expires_at > granted_at", name="expires_after_grant"),
        CheckConstraint("(status = 'granted') = (ended_at IS NULL)", name="ended_at"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by"),
        Index(
            "uq_agreements_consent_granted",
            "party_id",
            "purpose",
            "source",
            unique=True,
            postgresql_where=text("status = 'granted'"),
        ),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    purpose: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    granted_by: Mapped[UUID]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None]


class ConsentEventRow(Base):
    """What happened to a consent, as evidence; rows are only ever added."""

    __tablename__ = "agreements_consent_event"
    __data__ = Declared(
        general=("text_version",),
        technical=("id", "consent_id", "status", "text_digest", "recorded_by", "recorded_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(_STATUS, name="status"),
        CheckConstraint(_DIGEST, name="text_digest"),
        UniqueConstraint("consent_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_consent.id"))
    status: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AgreementRow(Base):
    """A signed contract with its exact words; rows are only ever added."""

    __tablename__ = "agreements_agreement"
    __data__ = Declared(
        important=("parameters", "text"),
        general=("template", "template_version", "language"),
        technical=("id", "party_id", "text_digest", "signed_by", "signed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint(_DIGEST, name="text_digest"),
        CheckConstraint("char_length(text) > 0", name="text_some"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    template: Mapped[str] = mapped_column(Text)
    template_version: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, str]] = mapped_column(JSONB)
    text: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[UUID]
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
