"""Fees and the tax in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class FeeRow(Base):
    """One version of a fee rule; only its end is ever written afterwards."""

    __tablename__ = "payments_fee"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('book_transfer', 'credit_transfer', 'top_up', 'withdrawal')", name="kind"
        ),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("party_kind IN ('person', 'organisation')", name="party_kind"),
        CheckConstraint("valid_until > valid_from", name="valid"),
        Index(
            "uq_payments_fee_open",
            "kind",
            "currency",
            "channel",
            "party_kind",
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    __data__ = Declared(
        general=("kind", "currency", "channel", "party_kind", "title_zh", "title_en", "bands"),
        technical=("id", "valid_from", "valid_until", "set_by"),
        keep=Keep.CONFIGURATION,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    party_kind: Mapped[str | None] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    bands: Mapped[list[list[int | None]]] = mapped_column(JSONB)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class VatRow(Base):
    """The rate of value-added tax in fees from a moment on."""

    __tablename__ = "payments_vat"
    __table_args__ = (CheckConstraint("rate_trillionths >= 0", name="rate"),)
    __data__ = Declared(
        general=("rate_trillionths",), technical=("valid_from", "set_by"), keep=Keep.CONFIGURATION
    )

    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    rate_trillionths: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[UUID]
