"""The tables of closed months and issued documents; `sql/guards.sql` keeps them as written."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class MonthRow(Base):
    """What one account moved in one month by booking; written once, when the month is over.

    All in minor units of the account's currency. `credits_through` and `debits_through` are all it
    ever moved up to the month's end, which the next month is counted from.
    """

    __tablename__ = "statements_month"
    __data__ = Declared(
        important=(
            "opening",
            "credits",
            "debits",
            "closing",
            "credits_through",
            "debits_through",
        ),
        technical=("account_id", "month", "closed_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_first_day"),
        CheckConstraint("opening + credits - debits = closing", name="adds_up"),
        CheckConstraint("credits_through - debits_through = closing", name="of_counters"),
        CheckConstraint("credits >= 0 AND debits >= 0", name="forwards"),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    opening: Mapped[int] = mapped_column(BigInteger)
    credits: Mapped[int] = mapped_column(BigInteger)
    debits: Mapped[int] = mapped_column(BigInteger)
    closing: Mapped[int] = mapped_column(BigInteger)
    credits_through: Mapped[int] = mapped_column(BigInteger)
    debits_through: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_FIGURES = ("opening", "credits", "debits", "closing")


class DocumentRow(Base):
    """A document that was ordered; the file, its digest and its moment once it is there.

    The figures are those of the order, so what is set later is what was promised then.
    """

    __tablename__ = "statements_document"
    __data__ = Declared(
        important=(*_FIGURES, "code"),
        general=("kind", "language", "currency", "period_first", "period_last", "pages"),
        technical=(
            "id",
            "account_id",
            "party_id",
            "first_version",
            "last_version",
            "ordered_by",
            "ordered_at",
            "issued_at",
            "sha256",
            "file_id",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "kind IN ('statement', 'balance_certificate', 'opening_certificate')", name="kind"
        ),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{20}$'", name="code"),
        CheckConstraint("period_first <= period_last", name="period"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("opening + credits - debits = closing", name="adds_up"),
        CheckConstraint(
            "(kind = 'opening_certificate') = (closing IS NULL)"
            " AND (kind = 'statement') = (last_version IS NOT NULL)",
            name="figures_of_kind",
        ),
        CheckConstraint(
            "(issued_at IS NULL) = (file_id IS NULL) AND (issued_at IS NULL) = (sha256 IS NULL)"
            " AND (issued_at IS NULL) = (pages IS NULL)",
            name="issued",
        ),
        Index(None, "account_id", "id"),
        Index(None, "party_id", "id"),
        Index(
            "ix_statements_document_waiting",
            "party_id",
            postgresql_where=text("issued_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    period_first: Mapped[date | None] = mapped_column(Date)
    period_last: Mapped[date | None] = mapped_column(Date)
    language: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    opening: Mapped[int | None] = mapped_column(BigInteger)
    credits: Mapped[int | None] = mapped_column(BigInteger)
    debits: Mapped[int | None] = mapped_column(BigInteger)
    closing: Mapped[int | None] = mapped_column(BigInteger)
    first_version: Mapped[int | None] = mapped_column(BigInteger)
    last_version: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text, unique=True)
    ordered_by: Mapped[UUID]
    ordered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sha256: Mapped[str | None] = mapped_column(Text, unique=True)
    pages: Mapped[int | None] = mapped_column(Integer)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("infra_file.id"), unique=True)
