"""The table of erasures that wait for the law's time to be over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class ErasureRow(Base):
    """An erasure that was asked for while the law kept the file; one waits at a time for a party.

    It is carried out from `due_at` on, unless something keeps the data then.
    """

    __tablename__ = "privacy_erasure"
    __data__ = Declared(
        technical=("id", "party_id", "asked_by", "asked_at", "due_at", "done_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("due_at > asked_at", name="due_later"),
        Index(
            "uq_privacy_erasure_waiting",
            "party_id",
            unique=True,
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(None, "due_at", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
