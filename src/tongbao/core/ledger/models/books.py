"""Tables of the ledger: assets, accounts, transactions, postings, periods.

The application's role may read them, open accounts with zero counters and change an account's
status. Everything else is written by `ledger_post` alone (see `sql/`), and transactions and
postings are append-only for everybody.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class AssetRow(Base):
    """What can be counted: a currency, a fund's units, points; `code` is symbol/scale."""

    __tablename__ = "ledger_asset"
    __data__ = Declared(
        general=("code", "symbol", "scale"),
        technical=("id",),
        keep=Keep.CONFIGURATION,
    )

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    symbol: Mapped[str] = mapped_column(Text, unique=True)
    scale: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("scale BETWEEN 0 AND 12", name="scale"),
        CheckConstraint("code = symbol || '/' || scale", name="code"),
    )


class AccountRow(Base):
    """One account in one asset, with its counters.

    `overdraft` NULL means no limit: an internal account whose row is not updated per posting;
    its counters are a roll-up, and `ledger_tail` holds what came since.

    `withheld` is what may not leave, whether it is there already or comes later; such an account
    is never plainly active, so `ledger_post` goes the long way, which knows of it.
    """

    __tablename__ = "ledger_account"
    __data__ = Declared(
        important=(
            "overdraft",
            "withheld",
            "debits_posted",
            "credits_posted",
            "debits_pending",
            "credits_pending",
        ),
        general=("code", "name", "category", "debit_normal"),
        technical=("id", "uid", "asset_id", "status", "version", "opened_at", "last_booked_at"),
        keep=Keep.BOOKS,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True)
    code: Mapped[str | None] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str] = mapped_column(Text)
    debit_normal: Mapped[bool] = mapped_column(
        Computed("category IN ('asset', 'expense', 'memorandum')", persisted=True)
    )
    asset_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("ledger_asset.id"))
    overdraft: Mapped[int | None] = mapped_column(BigInteger)
    withheld: Mapped[int] = mapped_column(BigInteger, server_default="0")
    status: Mapped[str] = mapped_column(Text, server_default="active")
    debits_posted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credits_posted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    debits_pending: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credits_pending: Mapped[int] = mapped_column(BigInteger, server_default="0")
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_booked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(
            "category IN ('asset', 'liability', 'equity', 'income', 'expense', 'memorandum')",
            name="category",
        ),
        CheckConstraint(
            "status IN"
            " ('active', 'part_frozen', 'debit_frozen', 'credit_frozen', 'frozen', 'closed')",
            name="status",
        ),
        CheckConstraint(
            "withheld >= 0 AND (withheld = 0"
            " OR (overdraft IS NOT NULL AND status NOT IN ('active', 'closed')))",
            name="withheld",
        ),
        CheckConstraint("overdraft >= 0", name="overdraft"),
        CheckConstraint(
            "debits_posted >= 0 AND credits_posted >= 0"
            " AND debits_pending >= 0 AND credits_pending >= 0 AND version >= 0",
            name="counters",
        ),
        # The rule that refuses an overdraft. Differences, not sums, so that it cannot overflow.
        CheckConstraint(
            "overdraft IS NULL OR CASE WHEN debit_normal"
            " THEN debits_posted - credits_posted - credits_pending >= - overdraft"
            " ELSE credits_posted - debits_posted - debits_pending >= - overdraft END",
            name="limit",
        ),
        CheckConstraint(
            "status <> 'closed' OR (overdraft IS NOT NULL AND debits_posted = credits_posted"
            " AND debits_pending = 0 AND credits_pending = 0)",
            name="closed_empty",
        ),
    )


class TransactionRow(Base):
    """One atomic booking. `uid` is the client's id and idempotency key.

    `kind`: posted (moves at once), pending (holds), capture, void, expiry (resolve the pending
    transaction `pending_id`, once) or reversal (moves back all or part of `reverses_id`).
    `booked_at` never goes back for one limit-checked account.
    """

    __tablename__ = "ledger_transaction"
    __data__ = Declared(
        important=("reference", "metadata"),
        general=("kind", "type", "effective_on"),
        technical=(
            "id",
            "uid",
            "content_hash",
            "booked_at",
            "correlation_id",
            "pending_id",
            "reverses_id",
            "expires_at",
        ),
        keep=Keep.BOOKS,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(Date)
    booked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    correlation_id: Mapped[UUID | None]
    reference: Mapped[str | None] = mapped_column(Text)
    pending_id: Mapped[int | None] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # No mapping of None to JSON null: absent is absent.
    details: Mapped[dict[str, str] | None] = mapped_column("metadata", JSONB(none_as_null=True))

    __table_args__ = (
        CheckConstraint(
            "kind IN ('posted', 'pending', 'capture', 'void', 'expiry', 'reversal')", name="kind"
        ),
        CheckConstraint(
            "(kind IN ('capture', 'void', 'expiry')) = (pending_id IS NOT NULL)", name="resolves"
        ),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses"),
        CheckConstraint("expires_at IS NULL OR kind = 'pending'", name="expires"),
        # A pending transaction is resolved once.
        Index(
            "uq_ledger_transaction_pending_id",
            "pending_id",
            unique=True,
            postgresql_where=text("pending_id IS NOT NULL"),
        ),
        Index(None, "reverses_id", postgresql_where=text("reverses_id IS NOT NULL")),
        Index(None, "correlation_id", postgresql_where=text("correlation_id IS NOT NULL")),
        Index(None, "reference", postgresql_where=text("reference IS NOT NULL")),
    )


class PostingRow(Base):
    """`amount` of one asset moved from the debit account to the credit account.

    For a limit-checked account the posting carries the account's balance after it (positive on
    the account's normal side) and the account's version, which counts its postings without gaps.
    No foreign keys: only `ledger_post` writes here, having read both accounts.
    """

    __tablename__ = "ledger_posting"
    __data__ = Declared(
        important=("amount", "debit_balance", "credit_balance"),
        technical=(
            "transaction_id",
            "ordinal",
            "asset_id",
            "debit_account_id",
            "credit_account_id",
            "debit_version",
            "credit_version",
        ),
        keep=Keep.BOOKS,
    )

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    asset_id: Mapped[int] = mapped_column(SmallInteger)
    debit_account_id: Mapped[int] = mapped_column(BigInteger)
    credit_account_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    debit_balance: Mapped[int | None] = mapped_column(BigInteger)
    debit_version: Mapped[int | None] = mapped_column(BigInteger)
    credit_balance: Mapped[int | None] = mapped_column(BigInteger)
    credit_version: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        Index(
            "uq_ledger_posting_debit_version",
            "debit_account_id",
            "debit_version",
            unique=True,
            postgresql_where=text("debit_version IS NOT NULL"),
        ),
        Index(
            "uq_ledger_posting_credit_version",
            "credit_account_id",
            "credit_version",
            unique=True,
            postgresql_where=text("credit_version IS NOT NULL"),
        ),
        Index(
            "ix_ledger_posting_debit_internal",
            "debit_account_id",
            "transaction_id",
            postgresql_where=text("debit_version IS NULL"),
        ),
        Index(
            "ix_ledger_posting_credit_internal",
            "credit_account_id",
            "transaction_id",
            postgresql_where=text("credit_version IS NULL"),
        ),
    )


class TailRow(Base):
    """What one batch moved on one internal account, until `ledger_roll_up` folds it in.

    The pending columns are changes: what was released counts as negative.
    """

    __tablename__ = "ledger_tail"
    __data__ = Declared(
        important=("debits", "credits", "debits_pending", "credits_pending"),
        technical=("id", "account_id", "postings"),
        keep=Keep.BOOKS,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, index=True)
    debits: Mapped[int] = mapped_column(BigInteger)
    credits: Mapped[int] = mapped_column(BigInteger)
    debits_pending: Mapped[int] = mapped_column(BigInteger)
    credits_pending: Mapped[int] = mapped_column(BigInteger)
    postings: Mapped[int] = mapped_column(BigInteger)


class HoldRow(Base):
    """`amount` that a pending transaction keeps for its posting `ordinal`; append-only.

    Whether it still holds is told by the resolution, a transaction of its own.
    """

    __tablename__ = "ledger_hold"
    __data__ = Declared(
        important=("amount",),
        technical=(
            "transaction_id",
            "ordinal",
            "asset_id",
            "debit_account_id",
            "credit_account_id",
        ),
        keep=Keep.BOOKS,
    )

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    asset_id: Mapped[int] = mapped_column(SmallInteger)
    debit_account_id: Mapped[int] = mapped_column(BigInteger)
    credit_account_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
    )


class OpenPendingRow(Base):
    """A pending transaction not resolved yet: a work list, derived from the transactions."""

    __tablename__ = "ledger_open_pending"
    __data__ = Declared(
        technical=("transaction_id", "expires_at"),
        keep=Keep.BOOKS,
    )

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)


class ReversedRow(Base):
    """How much of a posting was reversed so far; derived, and never more than the posting."""

    __tablename__ = "ledger_reversed"
    __data__ = Declared(
        important=("amount", "reversed"),
        technical=("transaction_id", "ordinal"),
        keep=Keep.BOOKS,
    )

    transaction_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reversed: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("reversed BETWEEN 0 AND amount", name="not_above_original"),)


class PeriodRow(Base):
    """A period [starts_on, ends_on); once closed, no number above `closed_through` is in it."""

    __tablename__ = "ledger_period"
    __data__ = Declared(
        general=("starts_on", "ends_on"),
        technical=("closed_at", "closed_through"),
        keep=Keep.BOOKS,
    )

    starts_on: Mapped[date] = mapped_column(Date, primary_key=True)
    ends_on: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_through: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="not_empty"),
        CheckConstraint("starts_on >= '0001-01-01' AND ends_on <= '9999-12-31'", name="finite"),
        CheckConstraint("(closed_at IS NULL) = (closed_through IS NULL)", name="closed"),
        ExcludeConstraint(
            (text("daterange(starts_on, ends_on, '[)')"), "&&"),
            using="gist",
            name="ex_ledger_period_overlap",
        ),
    )


# A search by account finds pending transactions too. Only holds pay for it, not postings.
Index(None, HoldRow.debit_account_id, HoldRow.transaction_id)
Index(None, HoldRow.credit_account_id, HoldRow.transaction_id)
