"""Tables of runs and their steps."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class RunRow(Base):
    """The run of a name for a day; there is one at most."""

    __tablename__ = "runs_run"
    __data__ = Declared(
        general=("name", "day"),
        technical=("id", "status", "started_at", "finished_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        UniqueConstraint("name", "day"),
        CheckConstraint("status IN ('running', 'failed', 'done')", name="status"),
        CheckConstraint("(status = 'done') = (finished_at IS NOT NULL)", name="finished"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StepRow(Base):
    """A step of a run: where its next piece goes on, and what the pieces before have done."""

    __tablename__ = "runs_step"
    __data__ = Declared(
        general=("name", "error"),
        technical=(
            "run_id",
            "position",
            "status",
            "cursor",
            "items",
            "pieces",
            "started_at",
            "finished_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'failed', 'done')", name="status"),
        CheckConstraint("(status = 'done') = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("(status = 'failed') = (error IS NOT NULL)", name="error"),
        CheckConstraint("items >= 0 AND pieces >= 0", name="counted"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs_run.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(Text)
    cursor: Mapped[str | None] = mapped_column(Text)
    items: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
