"""The table of recoveries of those who have lost every factor of their own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class RecoveryRow(Base):
    """A recovery; a user has one at a time. Kept after its end: it is evidence.

    `address` is the network address it was asked from, `factor` the kind of code that proved it,
    `means` by what it was called off.
    """

    __tablename__ = "identity_factor_recovery"
    __data__ = Declared(
        core=("cancel_sha256",),
        important=("address",),
        general=("factor", "ending", "means"),
        technical=("id", "user_id", "requested_at", "ready_at", "expires_at", "ended_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("octet_length(cancel_sha256) = 32", name="cancel_sha256_length"),
        CheckConstraint("requested_at < ready_at AND ready_at < expires_at", name="waits"),
        CheckConstraint("ending IN ('completed', 'cancelled', 'expired')", name="ending"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended_somehow"),
        CheckConstraint(
            "ending <> 'completed' OR (ended_at >= ready_at AND ended_at < expires_at)",
            name="completed_in_time",
        ),
        CheckConstraint(
            "((ending = 'cancelled') IS TRUE) = (means IS NOT NULL)", name="cancelled_by_something"
        ),
        Index(
            "ix_identity_factor_recovery_open",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_identity_factor_recovery_completed",
            "user_id",
            "ended_at",
            postgresql_where=text("ending = 'completed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    address: Mapped[str] = mapped_column(Text)
    factor: Mapped[str] = mapped_column(Text)
    cancel_sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ready_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ending: Mapped[str | None] = mapped_column(Text)
    means: Mapped[str | None] = mapped_column(Text)
