"""The table of parties, and the rows that tell how each came to be what it is."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

STATUSES = "('prospect', 'active', 'dormant', 'blocked', 'closed')"
RISKS = "('low', 'medium', 'high')"


class PartyRow(Base):
    """One person or organisation, with what is asked of it most often."""

    __tablename__ = "parties_party"
    __data__ = Declared(
        important=("name", "registration_number", "risk"),
        general=("kind", "level"),
        technical=("id", "registered_at", "status", "review_on"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint(
            "(kind = 'organisation') = (registration_number IS NOT NULL)",
            name="registration_number_of_organisation",
        ),
        CheckConstraint("char_length(registration_number) = 18", name="registration_number_length"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
        CheckConstraint(f"risk IN {RISKS}", name="risk"),
        CheckConstraint("(risk IS NULL) = (review_on IS NULL)", name="review"),
        Index(
            "ix_parties_party_review_on",
            "review_on",
            postgresql_where=text("review_on IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    registration_number: Mapped[str | None] = mapped_column(Text, unique=True)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text, server_default="prospect")
    level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    risk: Mapped[str | None] = mapped_column(Text)
    review_on: Mapped[date | None] = mapped_column(Date)


class StatusChangeRow(Base):
    """One step of a party's life; only ever added to."""

    __tablename__ = "parties_status_change"
    __data__ = Declared(
        important=("reason",),
        technical=("id", "party_id", "before", "after", "changed_by", "changed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(f"before IN {STATUSES} AND after IN {STATUSES}", name="status"),
        CheckConstraint("before <> after", name="change"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LevelChangeRow(Base):
    """One change of how well a party is known; only ever added to."""

    __tablename__ = "parties_level_change"
    __data__ = Declared(
        important=("reason",),
        technical=("id", "party_id", "before", "after", "case_id", "changed_by", "changed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("before BETWEEN 0 AND 3 AND after BETWEEN 0 AND 3", name="level"),
        CheckConstraint("before <> after", name="change"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    before: Mapped[int] = mapped_column(SmallInteger)
    after: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties_case.id"))
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RiskRatingRow(Base):
    """One judgement of a customer's risk; only ever added to."""

    __tablename__ = "parties_risk_rating"
    __data__ = Declared(
        important=("risk", "reason"),
        technical=("id", "party_id", "review_on", "rated_by", "rated_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(f"risk IN {RISKS}", name="risk"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    risk: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date] = mapped_column(Date)
    rated_by: Mapped[UUID | None]
    rated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
