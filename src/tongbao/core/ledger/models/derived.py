"""Tables that are derived from the books: the tree of proofs, and totals per day and hour."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base
from tongbao.infra.tree.columns import (
    CHECKPOINT_TECHNICAL,
    NODE_TECHNICAL,
    CheckpointColumns,
    NodeColumns,
    checkpoint_checks,
    node_checks,
)


class TreeNodeRow(NodeColumns, Base):
    """A node of the tree over transactions."""

    __tablename__ = "ledger_tree_node"
    __table_args__ = node_checks()
    __data__ = Declared(technical=NODE_TECHNICAL, keep=Keep.BOOKS)


class TreeCheckpointRow(CheckpointColumns, Base):
    """A signed root of the tree over transactions."""

    __tablename__ = "ledger_tree_checkpoint"
    __table_args__ = checkpoint_checks()
    __data__ = Declared(technical=CHECKPOINT_TECHNICAL, keep=Keep.BOOKS)


class DayRow(Base):
    """What one account moved with one effective date; derived, by `ledger_extend_days`.

    Complete for transactions numbered up to `DayProgressRow.through_sequence`. No running balance:
    every back-dated posting would rewrite it for all days since.
    """

    __tablename__ = "ledger_day"
    __data__ = Declared(
        important=("debits", "credits"),
        technical=("account_id", "effective_on", "postings"),
        keep=Keep.BOOKS,
    )

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    effective_on: Mapped[date] = mapped_column(Date, primary_key=True)
    debits: Mapped[int] = mapped_column(Numeric)
    credits: Mapped[int] = mapped_column(Numeric)
    postings: Mapped[int] = mapped_column(BigInteger)


class CategoryDayRow(Base):
    """The same for all accounts of one asset and category: what financial reports are made of."""

    __tablename__ = "ledger_category_day"
    __data__ = Declared(
        important=("debits", "credits"),
        general=("category", "effective_on"),
        technical=("asset_id", "postings"),
        keep=Keep.BOOKS,
    )

    asset_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    effective_on: Mapped[date] = mapped_column(Date, primary_key=True)
    debits: Mapped[int] = mapped_column(Numeric)
    credits: Mapped[int] = mapped_column(Numeric)
    postings: Mapped[int] = mapped_column(BigInteger)


class HourRow(Base):
    """What one internal account moved in one hour of booking (others' postings carry balances)."""

    __tablename__ = "ledger_hour"
    __data__ = Declared(
        important=("debits", "credits"),
        technical=("account_id", "starts_at", "postings"),
        keep=Keep.BOOKS,
    )

    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    debits: Mapped[int] = mapped_column(Numeric)
    credits: Mapped[int] = mapped_column(Numeric)
    postings: Mapped[int] = mapped_column(BigInteger)


class HourSpanRow(Base):
    """The first and last number of the transactions booked in one hour; derived, like `DayRow`.

    Stands in for an index on `booked_at`: but for differences between clocks, numbers rise with it.
    """

    __tablename__ = "ledger_hour_span"
    __data__ = Declared(
        technical=("starts_at", "first_sequence", "last_sequence"),
        keep=Keep.BOOKS,
    )

    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    first_sequence: Mapped[int] = mapped_column(BigInteger)
    last_sequence: Mapped[int] = mapped_column(BigInteger)


class DayProgressRow(Base):
    """One row: up to which transaction the derived totals above are complete."""

    __tablename__ = "ledger_day_progress"
    __data__ = Declared(
        technical=("one", "through_sequence"),
        keep=Keep.BOOKS,
    )

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    through_sequence: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("one", name="one_row"),)
