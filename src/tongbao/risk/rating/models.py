"""Table of the rating: versions of named models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class RatingModelRow(Base):
    """One version of a model; only `active` ever changes, and one version a name is active.

    `card` holds `{"scorecard": ..., "bands": ...}`, `report` the training report.
    """

    __tablename__ = "rating_model"
    __data__ = Declared(
        general=("name", "feature_set", "card", "report"),
        technical=("id", "version", "data_fingerprint", "created_at", "active"),
        keep=Keep.CONFIGURATION,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    feature_set: Mapped[str] = mapped_column(Text)
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    data_fingerprint: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    active: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("data_fingerprint ~ '^[0-9a-f]{64}$'", name="data_fingerprint"),
        Index("uq_rating_model_active", "name", unique=True, postgresql_where=text("active")),
    )
