"""The tables of standing orders."""

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
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class OrderRow(Base):
    """A standing order; `next_on` is when its next date falls due, None when there is none."""

    __tablename__ = "standing_order"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("unit IN ('once', 'day', 'week', 'month')", name="unit"),
        CheckConstraint("holidays IN ('as_is', 'next', 'previous')", name="holidays"),
        CheckConstraint("state IN ('active', 'paused', 'ended', 'cancelled')", name="state"),
        CheckConstraint("(state = 'active') <= (next_on IS NOT NULL)", name="next_on"),
        CheckConstraint("every BETWEEN 1 AND 366", name="every"),
        CheckConstraint("month_day BETWEEN 1 AND 31", name="month_day"),
        CheckConstraint("retries BETWEEN 0 AND 5", name="retries"),
        CheckConstraint("next_number >= 0", name="next_number"),
        CheckConstraint("approved_by IS NULL OR approval_id IS NULL", name="approved_once"),
        Index(None, "party_id", "id"),
        Index(None, "debtor_account_id"),
        Index(
            "ix_standing_order_due",
            "next_on",
            "id",
            postgresql_where=text("state = 'active'"),
        ),
    )
    __data__ = Declared(
        important=("creditor_account_number", "creditor_name", "amount_minor", "remittance"),
        general=(
            "currency", "first_on", "unit", "every", "month_day", "holidays", "last_on", "count",
            "retries",
        ),
        technical=(
            "id", "party_id", "debtor_account_id", "state", "stopped_by", "next_number", "next_on",
            "made_by", "approved_by", "approval_id", "made_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    debtor_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    creditor_account_number: Mapped[str] = mapped_column(Text)
    creditor_name: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    remittance: Mapped[str | None] = mapped_column(Text)
    first_on: Mapped[date] = mapped_column(Date)
    unit: Mapped[str] = mapped_column(Text)
    every: Mapped[int] = mapped_column(SmallInteger)
    month_day: Mapped[int | None] = mapped_column(SmallInteger)
    holidays: Mapped[str] = mapped_column(Text)
    last_on: Mapped[date | None] = mapped_column(Date)
    count: Mapped[int | None] = mapped_column(SmallInteger)
    retries: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    stopped_by: Mapped[str | None] = mapped_column(Text)
    next_number: Mapped[int] = mapped_column(Integer)
    next_on: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approvals_approval.id"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OccurrenceRow(Base):
    """What became of one due date; its number decides that it is paid once."""

    __tablename__ = "standing_occurrence"
    __table_args__ = (
        CheckConstraint("outcome IN ('paid', 'retrying', 'missed')", name="outcome"),
        CheckConstraint("(outcome = 'paid') = (payment_id IS NOT NULL)", name="paid"),
        CheckConstraint("(outcome = 'retrying') = (retry_on IS NOT NULL)", name="retrying"),
        CheckConstraint("(outcome = 'paid') = (reason_code IS NULL)", name="reason"),
        CheckConstraint("attempts >= 1", name="attempts"),
        Index(
            "ix_standing_occurrence_retrying",
            "retry_on",
            "order_id",
            "number",
            postgresql_where=text("outcome = 'retrying'"),
        ),
    )
    __data__ = Declared(
        important=("reason_code", "reason_zh", "reason_en"),
        technical=(
            "order_id", "number", "nominal_on", "due_on", "outcome", "attempts", "retry_on",
            "payment_id", "decided_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    order_id: Mapped[UUID] = mapped_column(ForeignKey("standing_order.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    nominal_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    retry_on: Mapped[date | None] = mapped_column(Date)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_order.id"), unique=True)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
