"""Tables of the cut-off: which postings belong to a business day that is over."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Numeric,
    SmallInteger,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class CutOffRow(Base):
    """Where a business day ends; only ever added to.

    What is numbered up to `through_sequence` and effective up to the day belongs to it. Whatever is
    numbered below `recent_from` does.
    """

    __tablename__ = "ledger_cut_off"
    __data__ = Declared(
        technical=("day", "through_sequence", "recent_from", "taken_at"), keep=Keep.BOOKS
    )
    __table_args__ = (
        CheckConstraint("through_sequence >= 0", name="through"),
        CheckConstraint("recent_from BETWEEN 1 AND through_sequence + 1", name="recent"),
    )

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    through_sequence: Mapped[int] = mapped_column(BigInteger)
    recent_from: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CutOffTotalRow(Base):
    """The control totals of a cut-off: what each asset moved, on either side, effective by then."""

    __tablename__ = "ledger_cut_off_total"
    __data__ = Declared(
        important=("debits", "credits"), technical=("day", "asset_id"), keep=Keep.BOOKS
    )
    __table_args__ = (CheckConstraint("debits = credits", name="agree"),)

    day: Mapped[date] = mapped_column(ForeignKey("ledger_cut_off.day"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    debits: Mapped[int] = mapped_column(Numeric)
    credits: Mapped[int] = mapped_column(Numeric)
