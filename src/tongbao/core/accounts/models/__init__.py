"""The table of deposit accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Sequence, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.core.accounts.models.interest import (
    InterestProgressRow,
    InterestRow,
    InterestTotalRow,
    RateRow,
)
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

__all__ = [
    "NUMBER_SERIAL",
    "AccountRow",
    "InterestProgressRow",
    "InterestRow",
    "InterestTotalRow",
    "RateRow",
    "StatusChangeRow",
]

NUMBER_SERIAL = Sequence("accounts_number_serial")  # made by `sql/numbers.sql`


class AccountRow(Base):
    """One account; its money is the ledger's business."""

    __tablename__ = "accounts_account"
    __data__ = Declared(
        important=("number",),
        general=("product", "currency"),
        technical=("id", "party_id", "ledger_account_id", "status", "opened_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("number ~ '^[0-9]{19}$'", name="number_digits"),
        CheckConstraint("product IN ('current')", name="product"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), index=True)
    product: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    ledger_account_id: Mapped[UUID] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StatusChangeRow(Base):
    """Who gave an account another status, when and why; only ever added to."""

    __tablename__ = "accounts_status_change"
    __data__ = Declared(
        important=("reason",),
        technical=("id", "account_id", "status", "changed_by", "changed_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name="reason"),
        Index(None, "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
