"""Tables of interest on demand: rates by date, and what each account has earned."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class RateRow(Base):
    """The rates of a product in a currency from a day on; only ever added to.

    `from_minor` says where each tier starts, `annual_rate` its rate in trillionths. Of two versions
    for one day the one that was set later (the greater id) holds.
    """

    __tablename__ = "accounts_rate"
    __data__ = Declared(
        general=(
            "product",
            "currency",
            "valid_from",
            "mode",
            "day_count",
            "from_minor",
            "annual_rate",
        ),
        technical=("id", "set_by", "set_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("mode IN ('whole', 'slice')", name="mode"),
        CheckConstraint("day_count IN ('act/360', 'act/365', 'act/act')", name="day_count"),
        CheckConstraint(
            "from_minor[1] = 0 AND cardinality(from_minor) = cardinality(annual_rate)"
            " AND cardinality(from_minor) BETWEEN 1 AND 20",
            name="tiers",
        ),
        CheckConstraint(
            "0 <= ALL (annual_rate) AND 1000000000000 >= ALL (annual_rate)", name="rate"
        ),
        Index(None, "product", "currency", "valid_from", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    mode: Mapped[str] = mapped_column(Text)
    day_count: Mapped[str] = mapped_column(Text)
    from_minor: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    annual_rate: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class InterestRow(Base):
    """What an account has earned and was not paid, in pieces (10^-8 of a minor unit).

    It holds the days up to `through`, of which the last earned `last_pieces`. `due` minor units of
    it fell due and could not be credited, for the account was frozen. Once `settled_on` is set the
    account is closing and earns nothing more. Every row is written once a day.
    """

    __tablename__ = "accounts_interest"
    __data__ = Declared(
        important=("accrued", "last_pieces", "due"),
        technical=("account_id", "through", "settled_on"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("due >= 0", name="due"),
        CheckConstraint("settled_on IS NULL OR (accrued = 0 AND due = 0)", name="settled"),
        Index("ix_accounts_interest_due", "account_id", postgresql_where=text("due > 0")),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"), primary_key=True)
    through: Mapped[date] = mapped_column(Date)
    accrued: Mapped[int] = mapped_column(Numeric(38, 0))
    last_pieces: Mapped[int] = mapped_column(Numeric(38, 0))
    due: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled_on: Mapped[date | None] = mapped_column(Date)


class InterestTotalRow(Base):
    """The sum of what all accounts of a currency have earned, and what the ledger shows of it.

    `payable`, in minor units, is the balance of the account of interest payable; it follows
    `accrued`, in pieces, once a day and whenever an account is settled.
    """

    __tablename__ = "accounts_interest_total"
    __data__ = Declared(important=("accrued", "payable"), technical=("currency",), keep=Keep.BOOKS)
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),)

    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    accrued: Mapped[int] = mapped_column(Numeric(38, 0))
    payable: Mapped[int] = mapped_column(Numeric(38, 0))


class InterestProgressRow(Base):
    """One row: the first day that earned, the last one, and up to which posting days are right.

    Postings numbered up to `corrected_through` are in what the days before have earned.
    """

    __tablename__ = "accounts_interest_progress"
    __data__ = Declared(
        technical=("one", "first_day", "last_day", "corrected_through"), keep=Keep.BOOKS
    )
    __table_args__ = (CheckConstraint("one", name="one_row"),)

    one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    corrected_through: Mapped[int] = mapped_column(BigInteger)
