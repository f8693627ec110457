"""Keys under which parties that may be one are found, and the pairs found."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class MatchKeyRow(Base):
    """One key of one party. Looking for duplicates reads this index, never the whole table.

    Documents and contacts are in it by digests of their blind tags.
    """

    __tablename__ = "parties_match_key"
    __data__ = Declared(
        important=("key",),
        technical=("party_id",),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    party_id: Mapped[UUID] = mapped_column(
        ForeignKey("parties_party.id"), primary_key=True, index=True
    )


class DuplicateRow(Base):
    """Two parties that may be one. The smaller id comes first, so a pair is kept once."""

    __tablename__ = "parties_duplicate"
    __data__ = Declared(
        important=("score", "grounds", "reason"),
        technical=("id", "party_id", "other_id", "verdict", "worked_by", "worked_at", "found_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("party_id < other_id", name="pair"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("verdict IN ('open', 'same', 'not_same')", name="verdict"),
        CheckConstraint("(verdict = 'open') = (worked_at IS NULL)", name="worked"),
        Index(None, "party_id", "other_id", unique=True),
        Index(None, "other_id"),
        Index(None, "verdict", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    score: Mapped[int] = mapped_column(SmallInteger)
    grounds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    worked_by: Mapped[UUID | None]
    worked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
