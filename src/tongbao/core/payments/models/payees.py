"""Payees and one-click pay."""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class PayeeRow(Base):
    """An account that somebody confirmed, by step-up, as one this party pays."""

    __tablename__ = "payments_payee"
    __data__ = Declared(
        important=("account_number",),
        technical=("party_id", "confirmed_by", "confirmed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    account_number: Mapped[str] = mapped_column(Text, primary_key=True)
    confirmed_by: Mapped[UUID]
    confirmed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SavedPayeeRow(Base):
    """A payee in a party's book: whom it pays, under which words it finds them again."""

    __tablename__ = "payments_saved_payee"
    __table_args__ = (
        CheckConstraint("account_number ~ '^[0-9A-Za-z]{8,34}$'", name="account_number"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 140", name="name"),
        CheckConstraint("char_length(nickname) BETWEEN 1 AND 40", name="nickname"),
        CheckConstraint("cardinality(groups) <= 10", name="groups"),
        UniqueConstraint(
            "party_id",
            "account_number",
            "bank_code",
            name="uq_payments_saved_payee_account",
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "party_id", "id"),
    )
    __data__ = Declared(
        important=("name", "account_number", "nickname", "groups"),
        general=("bank_code",),
        technical=("id", "party_id", "saved_by", "saved_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    name: Mapped[str] = mapped_column(Text)
    account_number: Mapped[str] = mapped_column(Text)
    bank_code: Mapped[str | None] = mapped_column(Text)
    nickname: Mapped[str | None] = mapped_column(Text)
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    saved_by: Mapped[UUID]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OneClickRow(Base):
    """How much a party pays with one click, and what it has paid so on its newest day.

    The row is locked by whoever pays, so that two payments count each other.
    """

    __tablename__ = "payments_one_click"
    __table_args__ = (
        CheckConstraint(
            "per_payment_minor > 0 AND per_payment_minor <= per_day_minor", name="sums"
        ),
        CheckConstraint("used_minor >= 0", name="used"),
    )
    __data__ = Declared(
        important=("per_payment_minor", "per_day_minor", "used_minor"),
        general=("currency",),
        technical=("party_id", "used_on", "set_by", "set_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    per_payment_minor: Mapped[int] = mapped_column(BigInteger)
    per_day_minor: Mapped[int] = mapped_column(BigInteger)
    used_on: Mapped[date] = mapped_column(Date)
    used_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NameChecksRow(Base):
    """How often one person asked in a business day whether names fit, and how often none did."""

    __tablename__ = "payments_name_checks"
    __table_args__ = (CheckConstraint("missed BETWEEN 0 AND asked", name="missed"),)
    __data__ = Declared(
        general=("asked", "missed"),
        technical=("checker_id", "business_date"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    checker_id: Mapped[UUID] = mapped_column(primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)
    asked: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    missed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
