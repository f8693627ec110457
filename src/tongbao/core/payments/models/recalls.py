"""Askings for money back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_NOT_REFUSED = text("status <> 'refused'")
"""What the unique index of recalls is about, word for word, as a conflict on it has to name it."""
IS_OVERDUE = text("due_at IS NULL AND status NOT IN ('returned', 'refused')")
"""Nobody asks any more, and it is open: staff has it."""


class RecallRow(Base):
    """One asking for a payment back; `reference` is what the channel knows it by, for ever.

    Of one payment one is open or was answered with the money: a second may follow a refusal only.
    """

    __tablename__ = "payments_recall"
    __data__ = Declared(
        important=("note", "answer_code", "answer_zh", "answer_en"),
        general=("status", "reason", "channel"),
        technical=(
            "id",
            "payment_id",
            "reference",
            "requested_by",
            "requested_at",
            "sent_at",
            "due_at",
            "inquiries",
            "answered_at",
            "return_id",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "status IN ('requested', 'sent', 'unknown', 'accepted', 'returned', 'refused')",
            name="status",
        ),
        CheckConstraint("reason ~ '^[A-Z0-9]{4}$'", name="reason"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 105", name="note"),
        CheckConstraint("(status = 'returned') = (return_id IS NOT NULL)", name="returned"),
        CheckConstraint("status <> 'refused' OR answer_code IS NOT NULL", name="refused"),
        UniqueConstraint("reference"),
        Index(
            "uq_payments_recall_open",
            "payment_id",
            unique=True,
            postgresql_where=IS_NOT_REFUSED,
        ),
        Index(None, "payment_id", "id"),
        Index("ix_payments_recall_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_payments_recall_overdue", "id", postgresql_where=IS_OVERDUE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"))
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    inquiries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer_code: Mapped[str | None] = mapped_column(Text)
    answer_zh: Mapped[str | None] = mapped_column(Text)
    answer_en: Mapped[str | None] = mapped_column(Text)
    return_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_order.id"))
