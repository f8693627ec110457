"""The tables of rates, deposits, what went in and what was paid."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
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
from tongbao.products.deposits.domain.deposits import DepositState, NoticeState
from tongbao.products.deposits.domain.products import Instruction, Kind


def _one_of(
    column: str, values: type[DepositState | NoticeState | Kind | Instruction]
) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class RateRow(Base):
    """The annual rate of a product in a currency from a day on; rows are only ever added."""

    __tablename__ = "deposits_rate"
    __data__ = Declared(
        general=("product", "currency", "valid_from", "annual_rate_trillionths"),
        technical=("set_by", "set_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("annual_rate_trillionths >= 0", name="annual_rate"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        {"info": {"append_only": True}},
    )

    product: Mapped[str] = mapped_column(Text, primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    annual_rate_trillionths: Mapped[int] = mapped_column(BigInteger)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DepositRow(Base):
    """One term of one deposit; a renewal is another row of the same number.

    `earning_minor`, `product_base` and `expected_minor` are what accrual multiplies: what of the
    principal earns the contract's or the notice rate; products of days (minor units) that do not;
    the interest of a time deposit's whole term.
    """

    __tablename__ = "deposits_deposit"
    __data__ = Declared(
        important=(
            "number",
            "principal_minor",
            "opening_minor",
            "instalment_minor",
            "annual_rate_trillionths",
            "expected_minor",
            "earning_minor",
            "product_base",
            "lost_products",
            "reduced_products",
            "accrued_minor",
        ),
        general=("product", "product_version", "kind", "holder", "currency", "instruction"),
        technical=(
            "id",
            "sequence",
            "party_id",
            "account_id",
            "agreement_id",
            "ledger_account_id",
            "state",
            "starts_on",
            "matures_on",
            "paid_count",
            "next_due_on",
            "lapses_on",
            "lapsed_on",
            "part_broken",
            "accrued_through",
            "renewed_from",
            "opened_at",
            "ended_on",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        _one_of("state", DepositState),
        _one_of("kind", Kind),
        _one_of("instruction", Instruction),
        CheckConstraint("number ~ '^[0-9]{8,34}$'", name="number_digits"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("holder IN ('person', 'organisation')", name="holder"),
        CheckConstraint("principal_minor >= 0 AND opening_minor > 0", name="amounts"),
        CheckConstraint("matures_on > starts_on", name="term"),
        CheckConstraint(
            "(kind = 'notice') = (matures_on IS NULL)"
            " AND (kind = 'notice') = (annual_rate_trillionths IS NULL)"
            " AND (kind = 'instalment') = (instalment_minor IS NOT NULL)",
            name="kinds",
        ),
        # What is over holds nothing, and nothing is owed on it.
        CheckConstraint(
            "(state IN ('open', 'matured')) = (ended_on IS NULL)"
            " AND (state IN ('open', 'matured')"
            " OR (principal_minor = 0 AND accrued_minor = 0 AND next_due_on IS NULL))",
            name="ended",
        ),
        UniqueConstraint("number", "sequence"),
        UniqueConstraint("ledger_account_id", "sequence"),
        Index(None, "party_id", "id"),
        Index("ix_deposits_deposit_open", "id", postgresql_where=text("state = 'open'")),
        Index(
            "ix_deposits_deposit_maturing", "matures_on", postgresql_where=text("state = 'open'")
        ),
        Index(
            "ix_deposits_deposit_due",
            "next_due_on",
            postgresql_where=text("next_due_on IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(SmallInteger)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"), index=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_agreement.id"), index=True)
    ledger_account_id: Mapped[UUID]
    product: Mapped[str] = mapped_column(Text)
    product_version: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    instruction: Mapped[str] = mapped_column(Text)
    principal_minor: Mapped[int] = mapped_column(BigInteger)
    opening_minor: Mapped[int] = mapped_column(BigInteger)
    annual_rate_trillionths: Mapped[int | None] = mapped_column(BigInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    matures_on: Mapped[date | None] = mapped_column(Date)
    expected_minor: Mapped[int] = mapped_column(BigInteger)
    earning_minor: Mapped[int] = mapped_column(BigInteger)
    product_base: Mapped[int] = mapped_column(BigInteger)
    instalment_minor: Mapped[int | None] = mapped_column(BigInteger)
    paid_count: Mapped[int] = mapped_column(SmallInteger)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    lapses_on: Mapped[date | None] = mapped_column(Date)
    lapsed_on: Mapped[date | None] = mapped_column(Date)
    lost_products: Mapped[int] = mapped_column(BigInteger)
    reduced_products: Mapped[int] = mapped_column(BigInteger)
    part_broken: Mapped[bool] = mapped_column(Boolean)
    accrued_minor: Mapped[int] = mapped_column(BigInteger)
    accrued_through: Mapped[date] = mapped_column(Date)
    renewed_from: Mapped[UUID | None] = mapped_column(
        ForeignKey("deposits_deposit.id"), unique=True
    )
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_on: Mapped[date | None] = mapped_column(Date)


class InstalmentRow(Base):
    """One instalment that was paid; rows are only ever added."""

    __tablename__ = "deposits_instalment"
    __data__ = Declared(
        important=("amount_minor",),
        technical=("deposit_id", "number", "due_on", "paid_on", "late", "transaction_id"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "amount_minor > 0 AND number >= 0 AND paid_on >= due_on", name="instalment"
        ),
        {"info": {"append_only": True}},
    )

    deposit_id: Mapped[UUID] = mapped_column(ForeignKey("deposits_deposit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    due_on: Mapped[date] = mapped_column(Date)
    paid_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    late: Mapped[bool] = mapped_column(Boolean)
    transaction_id: Mapped[UUID] = mapped_column(unique=True)


class NoticeRow(Base):
    """A withdrawal announced; a deposit has one open at a time."""

    __tablename__ = "deposits_notice"
    __data__ = Declared(
        important=("amount_minor",),
        technical=(
            "id",
            "deposit_id",
            "given_on",
            "draws_on",
            "state",
            "given_by",
            "given_at",
            "ended_on",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        _one_of("state", NoticeState),
        CheckConstraint("amount_minor > 0 AND draws_on > given_on", name="notice"),
        CheckConstraint("(state = 'open') = (ended_on IS NULL)", name="ended"),
        Index(
            "uq_deposits_notice_open",
            "deposit_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_deposits_notice_draws_on", "draws_on", postgresql_where=text("state = 'open'")),
        Index(None, "deposit_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deposit_id: Mapped[UUID] = mapped_column(ForeignKey("deposits_deposit.id"))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    given_on: Mapped[date] = mapped_column(Date)
    draws_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    given_by: Mapped[UUID]
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_on: Mapped[date | None] = mapped_column(Date)


class PayoutRow(Base):
    """What was paid, and the arithmetic of it; rows are only ever added."""

    __tablename__ = "deposits_payout"
    __data__ = Declared(
        important=("principal_minor", "interest_minor", "lines"),
        technical=("id", "deposit_id", "reason", "paid_on", "transaction_id", "paid_by", "paid_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "reason IN ('matured', 'renewed', 'broken', 'broken_part', 'drawn')", name="reason"
        ),
        CheckConstraint("principal_minor >= 0 AND interest_minor >= 0", name="amounts"),
        Index(None, "deposit_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deposit_id: Mapped[UUID] = mapped_column(ForeignKey("deposits_deposit.id"))
    reason: Mapped[str] = mapped_column(Text)
    paid_on: Mapped[date] = mapped_column(Date)
    principal_minor: Mapped[int] = mapped_column(BigInteger)
    interest_minor: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    transaction_id: Mapped[UUID | None] = mapped_column(unique=True)
    paid_by: Mapped[UUID | None]
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
