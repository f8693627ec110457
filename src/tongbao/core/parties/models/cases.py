"""Cases in which identity is checked, their steps and their evidence."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto.columns import Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_OPEN = text("state NOT IN ('approved', 'refused')")


class CaseRow(Base):
    """One case: a party, the level it is to get, and how far the check has come."""

    __tablename__ = "parties_case"
    __data__ = Declared(
        important=("findings", "decision_reason"),
        general=("level", "cause"),
        technical=(
            "id",
            "party_id",
            "state",
            "attempts",
            "opened_by",
            "opened_at",
            "decided_by",
            "decided_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint(
            "state IN ('opened', 'evidence', 'checking', 'waiting', 'needs_staff',"
            " 'approved', 'refused')",
            name="state",
        ),
        CheckConstraint("cause IN ('application', 'review', 'expiry')", name="cause"),
        CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided"
        ),
        Index("uq_parties_case_open", "party_id", unique=True, postgresql_where=IS_OPEN),
        Index(None, "party_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)


class CaseStepRow(Base):
    """One change of a case's state; only ever added to."""

    __tablename__ = "parties_case_step"
    __data__ = Declared(
        important=("reason",),
        technical=("id", "case_id", "before", "after", "taken_by", "taken_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("parties_case.id"))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    taken_by: Mapped[UUID | None]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EvidenceRow(Base):
    """One piece of evidence: what was said, sent or answered, as it was; only ever added to."""

    __tablename__ = "parties_evidence"
    __data__ = Declared(
        core=("facts_sealed",),
        general=("kind",),
        technical=("id", "case_id", "party_id", "file_id", "recorded_by", "recorded_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(
            "kind IN ('id_card', 'id_card_front', 'id_card_back', 'face', 'business_licence',"
            " 'licence_picture', 'id_card_reading', 'licence_reading', 'identity_bureau',"
            " 'business_registry', 'face_comparison', 'staff_note')",
            name="kind",
        ),
        Index(None, "case_id", "id"),
        Index(None, "file_id"),
    )
    __sealed__ = (Sealed("facts_sealed", owner="party_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("parties_case.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    facts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("infra_file.id"))
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
