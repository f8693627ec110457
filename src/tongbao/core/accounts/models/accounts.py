"""Accounts, their numbers, and how their status changed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

NUMBER_SERIAL = Sequence("accounts_number_serial")  # made by `sql/numbers.sql`


class NumberRow(Base):
    """A number that was given out, for ever: whichever scheme it came from, it comes once."""

    __tablename__ = "accounts_number"
    __data__ = Declared(
        important=("number",),
        general=("product",),
        technical=("party_id", "given_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("number ~ '^[0-9]{8,34}$'", name="digits"),
        # What a pocket refers to, so that it is of the wallet's holder.
        UniqueConstraint("number", "party_id", "product"),
    )

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    party_id: Mapped[UUID]
    product: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccountRow(Base):
    """One account; its money is the ledger's business.

    `last_moved_on` is the last day known of on which the holder moved something; the step that
    finds dormant accounts brings it up to date when it would matter.
    """

    __tablename__ = "accounts_account"
    __data__ = Declared(
        important=("number", "last_moved_on", "dormancy_told_on", "dormant_since"),
        general=("product", "currency", "account_class"),
        technical=("id", "party_id", "ledger_account_id", "status", "opened_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("product IN ('current', 'savings', 'wallet')", name="product"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("status IN ('open', 'frozen', 'dormant', 'closed')", name="status"),
        CheckConstraint(
            "account_class IS NULL"
            " OR (account_class BETWEEN 1 AND 3 AND currency = 'CNY' AND product <> 'wallet')",
            name="account_class",
        ),
        CheckConstraint("status <> 'dormant' OR dormant_since IS NOT NULL", name="dormant"),
        ForeignKeyConstraint(
            ["number", "party_id", "product"],
            ["accounts_number.number", "accounts_number.party_id", "accounts_number.product"],
            name="fk_accounts_account_number",
        ),
        # One account a number, or one pocket a currency; closed ones keep theirs.
        Index(
            "uq_accounts_account_number",
            "number",
            unique=True,
            postgresql_where=text("product <> 'wallet'"),
        ),
        UniqueConstraint("number", "currency"),
        Index(
            "ix_accounts_account_quiet",
            "last_moved_on",
            "id",
            postgresql_where=text("dormant_since IS NULL AND status <> 'closed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), index=True)
    product: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    account_class: Mapped[int | None] = mapped_column(SmallInteger)
    ledger_account_id: Mapped[UUID] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_moved_on: Mapped[date] = mapped_column(Date)
    dormancy_told_on: Mapped[date | None] = mapped_column(Date)
    dormant_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StatusChangeRow(Base):
    """Who gave an account another status, when and why; only ever added to.

    `changed_by` None: time did, when a restraint expired or an account fell asleep.
    """

    __tablename__ = "accounts_status_change"
    __data__ = Declared(
        important=("reason",),
        technical=("id", "account_id", "status", "changed_by", "changed_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("status IN ('open', 'frozen', 'dormant', 'closed')", name="status"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name="reason"),
        Index(None, "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
