"""Receipts of payments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class ReceiptRow(Base):
    """A receipt that was ordered; the file, its digest and its moment once it is there."""

    __tablename__ = "payments_receipt"
    __table_args__ = (
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{20}$'", name="code"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint(
            "(issued_at IS NULL) = (file_id IS NULL) AND (issued_at IS NULL) = (sha256 IS NULL)",
            name="issued",
        ),
        UniqueConstraint("payment_id", "party_id", "language"),
    )
    __data__ = Declared(
        important=("code",),
        general=("language",),
        technical=(
            "id",
            "payment_id",
            "party_id",
            "ordered_by",
            "ordered_at",
            "issued_at",
            "sha256",
            "file_id",
        ),
        keep=Keep.BOOKS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    language: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    ordered_by: Mapped[UUID]
    ordered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sha256: Mapped[str | None] = mapped_column(Text, unique=True)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("infra_file.id"), unique=True)
