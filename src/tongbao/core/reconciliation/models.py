"""Tables of reconciliation: statements, what was compared, days, and cases with their history."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_CURRENCY = "currency ~ '^[A-Z]{3}$'"
IS_IN_FORCE = text("replaced_at IS NULL")
IS_OPEN = text("state IN ('open', 'investigating')")
"""What the unique indexes are about; named word for word where a conflict on them is expected."""


class StatementRow(Base):
    """A statement of a day. One that was corrected keeps its row, its lines go.

    `cost` and `cash` are what its lines come to, once judged: what the channel keeps, and what
    reaches our account at the bank. `cost_booked` and `cash_booked` are what of both is in the
    ledger. `stale`: lines were judged since; `agreed`: it was compared with the bank's.
    """

    __tablename__ = "reconciliation_statement"
    __data__ = Declared(
        important=("net", "fees", "cost", "cash", "cost_booked", "cash_booked"),
        general=("channel", "side", "day", "currency", "settles_on", "settlement"),
        technical=(
            "id",
            "digest",
            "lines",
            "stale",
            "agreed",
            "taken_at",
            "taken_by",
            "replaced_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("side IN ('channel', 'bank')", name="side"),
        CheckConstraint(_CURRENCY, name="currency"),
        CheckConstraint("(settles_on IS NULL) = (settlement IS NULL)", name="settlement"),
        CheckConstraint("side = 'channel' OR settlement IS NULL", name="settled_at_bank"),
        Index(
            "uq_reconciliation_statement_in_force",
            "channel",
            "side",
            "day",
            unique=True,
            postgresql_where=IS_IN_FORCE,
        ),
        Index(
            "uq_reconciliation_statement_settlement",
            "channel",
            "settlement",
            unique=True,
            postgresql_where=text("settlement IS NOT NULL AND replaced_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    lines: Mapped[int] = mapped_column(Integer)
    net: Mapped[int] = mapped_column(BigInteger)
    fees: Mapped[int] = mapped_column(BigInteger)
    settles_on: Mapped[date | None] = mapped_column(Date)
    settlement: Mapped[str | None] = mapped_column(Text)
    cost: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cash: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost_booked: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cash_booked: Mapped[int] = mapped_column(BigInteger, server_default="0")
    stale: Mapped[bool] = mapped_column(server_default=text("true"))
    agreed: Mapped[bool] = mapped_column(server_default=text("false"))
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID | None]
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ItemRow(Base):
    """Money that moved, as one side says: what is compared.

    `cash` is what of it reaches our account at the bank and `cost` what the other side keeps, as
    far as nobody booked it; both are settled when the item is judged. `match` is how it agreed.
    """

    __tablename__ = "reconciliation_item"
    __data__ = Declared(
        important=("amount", "fee", "cash", "cost", "reference", "their_reference"),
        general=("channel", "side", "day", "currency"),
        technical=("id", "statement_id", "transaction_id", "counter_id", "judged", "match"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("side IN ('ledger', 'suspense', 'channel', 'bank')", name="side"),
        CheckConstraint("match IN ('exact', 'tolerant', 'many_to_one')", name="match"),
        CheckConstraint(
            "(side IN ('ledger', 'suspense')) = (transaction_id IS NOT NULL)"
            " AND (side IN ('channel', 'bank')) = (statement_id IS NOT NULL)",
            name="source",
        ),
        Index(None, "channel", "reference"),
        Index(
            "ix_reconciliation_item_unjudged",
            "channel",
            "side",
            postgresql_where=text("NOT judged"),
        ),
        Index(
            None,
            "statement_id",
            postgresql_where=text("statement_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cash: Mapped[int] = mapped_column(BigInteger, server_default="0")
    cost: Mapped[int] = mapped_column(BigInteger, server_default="0")
    their_reference: Mapped[str | None] = mapped_column(Text)
    statement_id: Mapped[UUID | None]
    transaction_id: Mapped[UUID | None]
    counter_id: Mapped[UUID | None]
    judged: Mapped[bool] = mapped_column(server_default=text("false"))
    match: Mapped[str | None] = mapped_column(Text)


class TakenRow(Base):
    """Up to which transaction an account's movements were taken up for comparison."""

    __tablename__ = "reconciliation_taken"
    __data__ = Declared(
        general=("channel", "side", "currency"),
        technical=("account_id", "through_sequence"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("side IN ('ledger', 'suspense')", name="side"),
        Index("uq_reconciliation_taken_of", "channel", "side", "currency", unique=True),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    through_sequence: Mapped[int] = mapped_column(BigInteger)


class DayRow(Base):
    """A day of a channel that was reconciled, and how its statement agreed."""

    __tablename__ = "reconciliation_day"
    __data__ = Declared(
        important=("net", "fees"),
        general=("channel", "day", "currency"),
        technical=(
            "statement_id",
            "lines",
            "exact",
            "tolerant",
            "many_to_one",
            "broken",
            "reconciled_at",
        ),
        keep=Keep.BOOKS,
    )

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    currency: Mapped[str] = mapped_column(Text)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_statement.id"))
    lines: Mapped[int] = mapped_column(Integer)
    net: Mapped[int] = mapped_column(BigInteger)
    fees: Mapped[int] = mapped_column(BigInteger)
    exact: Mapped[int] = mapped_column(Integer)
    tolerant: Mapped[int] = mapped_column(Integer)
    many_to_one: Mapped[int] = mapped_column(Integer)
    broken: Mapped[int] = mapped_column(Integer)
    reconciled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BreakRow(Base):
    """A case. Of one reference and pair at most one is open at a time; closed ones stay."""

    __tablename__ = "reconciliation_break"
    __data__ = Declared(
        important=("reference", "ours", "theirs", "difference", "parked"),
        general=("channel", "pair", "currency", "kind", "day"),
        technical=(
            "id",
            "state",
            "owner_id",
            "opened_at",
            "closed_at",
            "transaction_id",
            "counter_id",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("pair IN ('channel', 'bank', 'suspense')", name="pair"),
        CheckConstraint(
            "kind IN ('missing_here', 'missing_there', 'amount', 'doubled', 'day', 'status')",
            name="kind",
        ),
        CheckConstraint("state IN ('open', 'investigating', 'cleared', 'resolved')", name="state"),
        CheckConstraint(
            "(state IN ('open', 'investigating')) = (closed_at IS NULL)", name="closed"
        ),
        # Whatever is closed has nothing left in suspense.
        CheckConstraint("closed_at IS NULL OR parked = 0", name="nothing_left"),
        Index(
            "uq_reconciliation_break_open",
            "channel",
            "pair",
            "currency",
            "reference",
            unique=True,
            postgresql_where=IS_OPEN,
        ),
        Index(None, "channel", "reference"),
        Index("ix_reconciliation_break_to_do", "id", postgresql_where=IS_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    pair: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    ours: Mapped[int] = mapped_column(BigInteger)
    theirs: Mapped[int] = mapped_column(BigInteger)
    difference: Mapped[int] = mapped_column(BigInteger)
    parked: Mapped[int] = mapped_column(BigInteger, server_default="0")
    state: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    transaction_id: Mapped[UUID | None]
    counter_id: Mapped[UUID | None]


class HappeningRow(Base):
    """One thing that happened to a case; only ever added to. `actor_id` NULL: a run."""

    __tablename__ = "reconciliation_happening"
    __data__ = Declared(
        important=("note",),
        general=("what",),
        technical=("id", "break_id", "at", "actor_id"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "what IN ('opened', 'changed', 'assigned', 'noted', 'cleared', 'resolved')",
            name="what",
        ),
        Index(None, "break_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    break_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliation_break.id"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[UUID | None]
    what: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
