"""Restraints on accounts, and every step of theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_STANDS = "ended_at IS NULL"


class RestraintRow(Base):
    """One restraint; what was ordered stays as it was, what is left of it and its end change.

    `begun` tells that the ledger holds it; `rank` is the order of arrival.
    """

    __tablename__ = "accounts_restraint"
    __data__ = Declared(
        important=("ordered_by", "document_number", "reason", "ordered_minor", "amount_minor"),
        general=("stop", "authority", "told"),
        technical=(
            "id",
            "account_id",
            "rank",
            "from_at",
            "until_at",
            "begun",
            "placed_at",
            "placed_by",
            "approved_by",
            "ended_at",
            "ending",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("stop IN ('debit', 'credit', 'all', 'amount')", name="stop"),
        CheckConstraint("(stop = 'amount') = (ordered_minor IS NOT NULL)", name="ordered"),
        CheckConstraint("(stop = 'amount') = (amount_minor IS NOT NULL)", name="amount"),
        CheckConstraint("ordered_minor > 0", name="ordered_positive"),
        CheckConstraint("amount_minor BETWEEN 0 AND ordered_minor", name="left"),
        CheckConstraint("until_at > from_at", name="term"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended"),
        CheckConstraint("ending IN ('released', 'expired', 'executed')", name="ending"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name="reason"),
        Index(None, "account_id", "rank"),
        Index(
            "ix_accounts_restraint_ends",
            "until_at",
            postgresql_where=text(_STANDS),
        ),
        Index(
            "ix_accounts_restraint_begins",
            "from_at",
            postgresql_where=text(f"NOT begun AND {_STANDS}"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    rank: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    stop: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    told: Mapped[bool] = mapped_column(Boolean)
    ordered_minor: Mapped[int | None] = mapped_column(BigInteger)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    from_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    begun: Mapped[bool] = mapped_column(Boolean)
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    placed_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ending: Mapped[str | None] = mapped_column(Text)


class RestraintStepRow(Base):
    """What was done to a restraint, by whom and on what grounds; only ever added to.

    `by_id` None: time did.
    """

    __tablename__ = "accounts_restraint_step"
    __data__ = Declared(
        important=("amount_minor", "document_number", "reason"),
        general=("step",),
        technical=(
            "id",
            "restraint_id",
            "until_at",
            "by_id",
            "approved_by",
            "transaction_id",
            "taken_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "step IN ('placed', 'extended', 'deducted', 'released', 'expired')", name="step"
        ),
        CheckConstraint("(step = 'deducted') = (transaction_id IS NOT NULL)", name="deducted"),
        Index(None, "restraint_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    restraint_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_restraint.id"))
    step: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    until_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    document_number: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    by_id: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    transaction_id: Mapped[UUID | None]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
