"""The tables of consents and agreements; `sql/guards.sql` keeps them append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_DIGEST = "text_digest ~ '^[0-9a-f]{64}$'"
_STATUS = "status IN ('granted', 'withdrawn', 'replaced', 'expired')"


class ConsentRequestRow(Base):
    """A consent asked for, until it is confirmed or its ten minutes are over."""

    __tablename__ = "agreements_consent_request"
    __data__ = Declared(
        general=("text_version", "statement", "digest"),
        technical=(
            "id",
            "party_id",
            "consent_id",
            "requested_by",
            "requested_at",
            "expires_at",
            "confirmed_at",
        ),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __table_args__ = (
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("expires_at > requested_at", name="expires_after_request"),
        CheckConstraint("(consent_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        Index(None, "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    text_version: Mapped[str] = mapped_column(Text)
    statement: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements_consent.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ConsentRow(Base):
    """One consent; one is granted at a time per party, purpose, source and recipient."""

    __tablename__ = "agreements_consent"
    __data__ = Declared(
        general=(
            "purpose",
            "source",
            "recipient",
            "scope",
            "retention_days",
            "retention_days_after_contract",
            "text_version",
            "text_digest",
        ),
        technical=(
            "id",
            "party_id",
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
        CheckConstraint(
            "(status IN ('withdrawn', 'replaced')) = (ended_by IS NOT NULL)", name="ended_by"
        ),
        CheckConstraint("retention_days > 0", name="retention"),
        Index(
            "uq_agreements_consent_granted",
            "party_id",
            "purpose",
            "source",
            "recipient",
            unique=True,
            postgresql_where=text("status = 'granted'"),
        ),
        Index(None, "party_id", "id"),
        Index(None, "expires_at", postgresql_where=text("status = 'granted'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    purpose: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB)
    retention_days: Mapped[int] = mapped_column(Integer)
    retention_days_after_contract: Mapped[int] = mapped_column(Integer)
    text_version: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    granted_by: Mapped[UUID]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None]


class ConsentEventRow(Base):
    """What happened to a consent, as evidence; rows are only ever added.

    `receipt` is the very text that was signed. Rows older than receipts have none.
    """

    __tablename__ = "agreements_consent_event"
    __data__ = Declared(
        general=("text_version", "text_digest", "receipt"),
        technical=(
            "id",
            "consent_id",
            "status",
            "recorded_by",
            "session_id",
            "recorded_at",
            "receipt_signature",
            "receipt_key_id",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(_STATUS, name="status"),
        CheckConstraint(_DIGEST, name="text_digest"),
        CheckConstraint("(status = 'expired') = (recorded_by IS NULL)", name="recorded_by"),
        CheckConstraint(
            "(receipt IS NULL) = (receipt_signature IS NULL)"
            " AND (receipt IS NULL) = (receipt_key_id IS NULL)",
            name="receipt",
        ),
        UniqueConstraint("consent_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_consent.id"))
    status: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    receipt: Mapped[str | None] = mapped_column(Text)
    receipt_signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_key_id: Mapped[str | None] = mapped_column(Text)


class AgreementRow(Base):
    """A signed contract with its exact words; rows are only ever added."""

    __tablename__ = "agreements_agreement"
    __data__ = Declared(
        important=("parameters", "text"),
        general=("template", "template_version", "language", "text_digest"),
        technical=("id", "party_id", "signed_by", "signed_at"),
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


class SigningRow(Base):
    """How an agreement was signed by its party; rows are only ever added."""

    __tablename__ = "agreements_signing"
    __data__ = Declared(
        general=("factors", "text_digest"),
        technical=("agreement_id", "user_id", "session_id", "step_up_id", "signed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (CheckConstraint(_DIGEST, name="text_digest"),)

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("agreements_agreement.id"), primary_key=True
    )
    user_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    factors: Mapped[list[str]] = mapped_column(JSONB)
    step_up_id: Mapped[UUID | None]
    text_digest: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DocumentRow(Base):
    """An agreement as PDF under our seal; rows are only ever added."""

    __tablename__ = "agreements_document"
    __data__ = Declared(
        important=("content",),
        technical=("agreement_id", "sha256", "certificate_sha256", "sealed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("octet_length(content) BETWEEN 1 AND 8388608", name="content"),
    )

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("agreements_agreement.id"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    certificate_sha256: Mapped[str] = mapped_column(Text)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
