"""Queries, the bills they brought, and what was paid."""

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
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

ALIVE = text("state <> 'refunded'")
"""What the unique index of paid bills is about: those whose money did not go back."""


class QueryRow(Base):
    """What a party asked a biller; the customer's number is sealed, `shown` its last digits."""

    __tablename__ = "bills_query"
    __table_args__ = (
        CheckConstraint("state IN ('asking', 'answered', 'failed')", name="state"),
        CheckConstraint("(state = 'asking') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(state = 'failed') = (reason_code IS NOT NULL)", name="reason"),
        Index(None, "party_id", "asked_at"),
    )
    __data__ = Declared(
        core=("number_sealed",),
        important=("shown", "customer_name"),
        general=("biller", "reason_code"),
        technical=("id", "party_id", "state", "asked_by", "asked_at", "answered_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __sealed__ = (Sealed("number_sealed", owner="party_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    biller: Mapped[str] = mapped_column(ForeignKey("bills_biller.code"))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    customer_name: Mapped[str | None] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BillRow(Base):
    """A bill as a biller told it in answer to a query."""

    __tablename__ = "bills_bill"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        UniqueConstraint("query_id", "reference"),
        Index(None, "party_id", "id"),
    )
    __data__ = Declared(
        important=("amount_minor", "period"),
        general=("currency", "due_on", "biller"),
        technical=("id", "query_id", "party_id", "reference", "told_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    query_id: Mapped[UUID] = mapped_column(ForeignKey("bills_query.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    biller: Mapped[str] = mapped_column(ForeignKey("bills_biller.code"))
    reference: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BillPaymentRow(Base):
    """A bill that was paid, and how far it has come; a biller's bill is paid once.

    Its id is what the biller knows the payment by, the same however often it is told. `due_at` is
    when the worker looks at it next; `told_at` when it was noted last that the biller is told.
    """

    __tablename__ = "bills_payment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "state IN ('paid', 'telling', 'unknown', 'confirmed', 'refused', 'refunded')",
            name="state",
        ),
        CheckConstraint("(state = 'confirmed') = (receipt_number IS NOT NULL)", name="receipt"),
        CheckConstraint(
            "(state IN ('refused', 'refunded')) = (reason_code IS NOT NULL)", name="reason"
        ),
        CheckConstraint("(state = 'refunded') = (refund_id IS NOT NULL)", name="refund"),
        CheckConstraint(
            "(state IN ('confirmed', 'refunded')) = (due_at IS NULL)", name="due_until_over"
        ),
        Index("uq_bills_payment_alive", "biller", "reference", unique=True, postgresql_where=ALIVE),
        Index("ix_bills_payment_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "party_id", "id"),
    )
    __data__ = Declared(
        important=("amount_minor", "period", "shown", "receipt_number"),
        general=("currency", "biller", "reason_code"),
        technical=(
            "id", "party_id", "bill_id", "reference", "debtor_account_id", "payment_id",
            "mandate_id", "state", "arrows", "due_at", "told_at", "looks", "refund_id",
            "made_by", "made_at",
        ),
        keep=Keep.BOOKS,
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    bill_id: Mapped[UUID] = mapped_column(ForeignKey("bills_bill.id"))
    biller: Mapped[str] = mapped_column(ForeignKey("bills_biller.code"))
    shown: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    debtor_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"), unique=True)
    mandate_id: Mapped[UUID | None] = mapped_column(ForeignKey("bills_mandate.id"))
    state: Mapped[str] = mapped_column(Text)
    arrows: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    looks: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    receipt_number: Mapped[str | None] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_order.id"))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BillPaymentTransitionRow(Base):
    """An arrow a paid bill took: from where to where, when, who and why; append-only.

    `taken_by` is None where it was the platform.
    """

    __tablename__ = "bills_transition"
    __data__ = Declared(
        technical=(
            "bill_payment_id", "number", "before", "after", "taken_at", "taken_by", "why",
        ),
        keep=Keep.BOOKS,
    )  # fmt: skip

    bill_payment_id: Mapped[UUID] = mapped_column(ForeignKey("bills_payment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID | None]
    why: Mapped[str] = mapped_column(Text)
