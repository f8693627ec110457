"""Orders, what became of them, and linked cards."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import Blind, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_REFERRED_TO = text(
    "status NOT IN ('rejected', 'cancelled') AND end_to_end_id <> replace(id::text, '-', '')"
)
"""What the unique index of end-to-end ids is about: orders that are settled or may be yet, by a
reference that somebody chose. Most have none but their own id, which is unique as it is.

To be named word for word where a conflict on it is expected: with a parameter in it, PostgreSQL no
longer finds the index once it has prepared the statement, which is after a handful of executions.
"""


IS_TO_PAY = text("expires_at IS NOT NULL AND status IN ('reserved', 'sent', 'unknown')")
"""What somebody may be paying at a wallet."""


class PaymentOrderRow(Base):
    """One payment order and where it stands.

    Names and numbers are kept as they were at the time; a card's number only by its last digits.
    The end-to-end id is unique among the orders of the debtor's account that are not refused: one
    rejected for want of money may be given again. Where nobody chose one it is the order's own.
    `due_at` is when the worker looks at it next. What somebody is to pay at a wallet `expires_at`;
    `closed_by` did not want to wait for that.
    """

    __tablename__ = "payments_order"
    __data__ = Declared(
        important=(
            "debtor_account_number",
            "debtor_name",
            "creditor_account_number",
            "creditor_name",
            "amount_minor",
            "remittance",
            "reason_code",
            "reason_iso_code",
            "reason_zh",
            "reason_en",
            "fee_minor",
            "refunded_minor",
        ),
        general=("currency", "debtor_bank_code", "creditor_bank_code", "channel"),
        technical=(
            "id",
            "kind",
            "status",
            "debtor_account_id",
            "creditor_account_id",
            "end_to_end_id",
            "transaction_id",
            "initiated_by",
            "initiated_at",
            "uetr",
            "original_id",
            "card_id",
            "approval_id",
            "pending_id",
            "received_reference",
            "arrows",
            "due_at",
            "settled_at",
            "expires_at",
            "closed_by",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "kind IN ('book_transfer', 'credit_transfer', 'top_up', 'withdrawal', 'refund',"
            " 'incoming', 'return', 'verification')",
            name="kind",
        ),
        CheckConstraint(
            "status IN ('created', 'awaiting_approval', 'screened', 'reserved', 'sent', 'unknown',"
            " 'settled', 'rejected', 'returned', 'cancelled')",
            name="status",
        ),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("char_length(end_to_end_id) BETWEEN 1 AND 35", name="end_to_end_id"),
        CheckConstraint("char_length(remittance) BETWEEN 1 AND 140", name="remittance"),
        CheckConstraint(
            "(status = 'rejected') = (reason_code IS NOT NULL)"
            " AND (status IN ('settled', 'returned')) = (transaction_id IS NOT NULL)",
            name="outcome",
        ),
        CheckConstraint(
            "kind <> 'book_transfer' OR status = 'rejected'"
            " OR (creditor_account_id IS NOT NULL AND creditor_account_id <> debtor_account_id)",
            name="settled_between_two",
        ),
        CheckConstraint(
            "debtor_account_id IS NOT NULL"
            " OR kind IN ('top_up', 'incoming', 'return', 'verification')",
            name="debtor",
        ),
        CheckConstraint(
            "status NOT IN ('reserved', 'sent', 'unknown') OR pending_id IS NOT NULL",
            name="held_while_outside",
        ),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        CheckConstraint("fee_minor >= 0", name="fee"),
        CheckConstraint(
            "kind NOT IN ('refund', 'return') OR original_id IS NOT NULL", name="original"
        ),
        CheckConstraint("expires_at IS NULL OR kind = 'top_up'", name="expires"),
        CheckConstraint("closed_by IS NULL OR expires_at IS NOT NULL", name="closed"),
        Index(
            "ix_payments_order_to_pay",
            "creditor_account_id",
            postgresql_where=IS_TO_PAY,
        ),
        Index(
            "uq_payments_order_end_to_end_id",
            "debtor_account_id",
            "end_to_end_id",
            unique=True,
            postgresql_where=IS_REFERRED_TO,
        ),
        Index(None, "debtor_account_id", "id"),
        Index(None, "creditor_account_id", "id"),
        Index(
            "ix_payments_order_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_payments_order_unknown",
            "id",
            postgresql_where=text("status = 'unknown'"),
        ),
        Index(
            "ix_payments_order_approval_id",
            "approval_id",
            postgresql_where=text("approval_id IS NOT NULL"),
        ),
        Index(
            "ix_payments_order_original_id",
            "original_id",
            postgresql_where=text("original_id IS NOT NULL"),
        ),
        Index(
            "uq_payments_order_received",
            "channel",
            "received_reference",
            unique=True,
            postgresql_where=text("received_reference IS NOT NULL"),
        ),
        {"info": {"object": "payment"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text, server_default=text("'book_transfer'"))
    status: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_iso_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    # No foreign keys: each would lock the account's row once for each payment. A trigger looks for
    # all accounts of a statement at once (guards.sql), and accounts are never deleted.
    debtor_account_id: Mapped[UUID | None]
    debtor_account_number: Mapped[str] = mapped_column(Text)
    debtor_name: Mapped[str] = mapped_column(Text)
    creditor_account_id: Mapped[UUID | None]
    creditor_account_number: Mapped[str] = mapped_column(Text)
    creditor_name: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    end_to_end_id: Mapped[str] = mapped_column(Text)
    remittance: Mapped[str | None] = mapped_column(Text)
    transaction_id: Mapped[UUID | None]
    initiated_by: Mapped[UUID | None]
    initiated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    debtor_bank_code: Mapped[str | None] = mapped_column(Text)
    creditor_bank_code: Mapped[str | None] = mapped_column(Text)
    uetr: Mapped[UUID | None]
    channel: Mapped[str | None] = mapped_column(Text)
    fee_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    original_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_order.id"))
    refunded_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    # No foreign key: who exports their data follows keys, and would find the amount that a card is
    # verified by.
    card_id: Mapped[UUID | None]
    approval_id: Mapped[UUID | None]
    pending_id: Mapped[UUID | None]
    received_reference: Mapped[str | None] = mapped_column(Text)
    arrows: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None]


class TransitionRow(Base):
    """An arrow an order took: from where to where, when, who and why; append-only.

    `taken_by` is None where it was the platform. A book transfer has one arrow, which its own row
    tells; it has none here.
    """

    __tablename__ = "payments_transition"
    __data__ = Declared(
        general=("note",),
        technical=(
            "order_id",
            "number",
            "before",
            "after",
            "taken_at",
            "taken_by",
            "why",
            "attempt_id",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (CheckConstraint("char_length(note) BETWEEN 1 AND 500", name="note"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID | None]
    why: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments_attempt.id"))


class AttemptRow(Base):
    """One try at a channel; noted and committed before the channel hears of it.

    Of one order all attempts but the last are certainly not executed: the database refuses a
    second one that is not. `reference` is what the channel knows it by. Without an outcome it was
    noted, and perhaps sent.
    """

    __tablename__ = "payments_attempt"
    __data__ = Declared(
        important=("redirect", "reason_code", "reason_iso_code", "reason_zh", "reason_en"),
        general=("channel", "operation", "route"),
        technical=(
            "id",
            "order_id",
            "number",
            "reference",
            "outcome",
            "again",
            "channel_reference",
            "channel_code",
            "prepared_at",
            "answered_at",
            "inquiries",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        UniqueConstraint("reference"),
        CheckConstraint("outcome IN ('done', 'not_done', 'pending', 'unknown')", name="outcome"),
        CheckConstraint("inquiries >= 0", name="inquiries"),
        Index(
            "uq_payments_attempt_alive",
            "order_id",
            unique=True,
            postgresql_where=text("outcome IS DISTINCT FROM 'not_done'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(Text)
    operation: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    route: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    outcome: Mapped[str | None] = mapped_column(Text)
    again: Mapped[bool] = mapped_column(server_default=text("false"))
    channel_reference: Mapped[str | None] = mapped_column(Text)
    channel_code: Mapped[str | None] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_iso_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    redirect: Mapped[str | None] = mapped_column(Text)
    prepared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    inquiries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class CardRow(Base):
    """A bank card that a party linked to pay in from and out to.

    Its number is sealed and found again by a blind index; shown are its first six digits and
    the last four. It is verified by a small amount paid to it, which only its holder can see.
    """

    __tablename__ = "payments_card"
    __data__ = Declared(
        core=("number_sealed", "number_blind"),
        important=("holder_name", "shown"),
        technical=(
            "id",
            "party_id",
            "status",
            "tries_left",
            "linked_by",
            "linked_at",
            "verified_at",
            "removed_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __sealed__ = (Sealed("number_sealed", owner="party_id"),)
    __blind__ = (Blind("number_blind", of="number_sealed"),)
    __table_args__ = (
        CheckConstraint("octet_length(number_blind) = 32", name="number_blind_length"),
        CheckConstraint("shown ~ '^[0-9]{6}[*]{6,9}[0-9]{4}$'", name="shown"),
        CheckConstraint("status IN ('unverified', 'verified', 'removed')", name="status"),
        CheckConstraint("tries_left BETWEEN 0 AND 3", name="tries_left"),
        Index(None, "party_id", "id"),
        Index(
            "uq_payments_card_linked",
            "party_id",
            "number_blind",
            unique=True,
            postgresql_where=text("status <> 'removed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_blind: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[str] = mapped_column(Text)
    holder_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    tries_left: Mapped[int] = mapped_column(SmallInteger)
    linked_by: Mapped[UUID]
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AloneRow(Base):
    """What one person has paid alone for one party in one business day and currency.

    `maker_id` is the person behind the log-in where known, else the user: two log-ins of one person
    share a day's sum. The row is locked by whoever pays, so that two payments count each other.
    """

    __tablename__ = "payments_alone"
    __table_args__ = (CheckConstraint("paid_minor >= 0", name="paid"),)
    __data__ = Declared(
        important=("paid_minor",),
        general=("currency",),
        technical=("party_id", "maker_id", "business_date"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    maker_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    business_date: Mapped[date] = mapped_column(Date, primary_key=True)
    paid_minor: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
