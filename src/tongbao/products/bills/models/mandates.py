"""Numbers a party remembers, and the mandates to pay their bills."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import Blind, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

KEPT = text("removed_at IS NULL")
RUNNING = text("state <> 'ended'")


class SavedBillRow(Base):
    """A number at a biller that a party remembers, sealed and found again by a blind index."""

    __tablename__ = "bills_saved"
    __table_args__ = (
        CheckConstraint("octet_length(number_blind) = 32", name="number_blind_length"),
        CheckConstraint("char_length(nickname) BETWEEN 1 AND 40", name="nickname"),
        Index(
            "uq_bills_saved_kept",
            "party_id",
            "biller",
            "number_blind",
            unique=True,
            postgresql_where=KEPT,
        ),
        Index(None, "party_id", "id"),
    )
    __data__ = Declared(
        core=("number_sealed", "number_blind"),
        important=("shown", "nickname"),
        general=("biller",),
        technical=("id", "party_id", "saved_by", "saved_at", "removed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __sealed__ = (Sealed("number_sealed", owner="party_id"),)
    __blind__ = (Blind("number_blind", of="number_sealed"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    biller: Mapped[str] = mapped_column(ForeignKey("bills_biller.code"))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_blind: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[str] = mapped_column(Text)
    nickname: Mapped[str | None] = mapped_column(Text)
    saved_by: Mapped[UUID]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MandateRow(Base):
    """That the bills of a saved number are paid up to a maximum; `month_day` None: as they appear.

    `next_look_on` is when the biller is asked next, None when it is not.
    """

    __tablename__ = "bills_mandate"
    __table_args__ = (
        CheckConstraint("maximum_minor > 0", name="maximum"),
        CheckConstraint("month_day BETWEEN 1 AND 31", name="month_day"),
        CheckConstraint("state IN ('active', 'paused', 'ended')", name="state"),
        CheckConstraint("(state = 'active') = (next_look_on IS NOT NULL)", name="next_look_on"),
        Index("uq_bills_mandate_running", "saved_id", unique=True, postgresql_where=RUNNING),
        Index(
            "ix_bills_mandate_looks",
            "next_look_on",
            "id",
            postgresql_where=text("state = 'active'"),
        ),
        Index(None, "party_id", "id"),
        Index(None, "debtor_account_id"),
    )
    __data__ = Declared(
        important=("maximum_minor",),
        general=("currency", "month_day"),
        technical=(
            "id", "party_id", "saved_id", "debtor_account_id", "state", "arrows", "next_look_on",
            "made_by", "made_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    saved_id: Mapped[UUID] = mapped_column(ForeignKey("bills_saved.id"))
    debtor_account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    maximum_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    month_day: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    arrows: Mapped[int] = mapped_column(Integer)
    next_look_on: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[UUID]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MandateChangeRow(Base):
    """An arrow a mandate took: from where to where, when, who and why; append-only."""

    __tablename__ = "bills_mandate_change"
    __data__ = Declared(
        technical=("mandate_id", "number", "before", "after", "taken_at", "taken_by", "why"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("bills_mandate.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID | None]
    why: Mapped[str] = mapped_column(Text)


class DueBillRow(Base):
    """What became of one bill under a mandate; its reference decides that it is paid once."""

    __tablename__ = "bills_due"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "outcome IN ('paid', 'retrying', 'above_maximum', 'missed', 'gone')", name="outcome"
        ),
        CheckConstraint("(outcome = 'paid') = (bill_payment_id IS NOT NULL)", name="paid"),
        CheckConstraint("(outcome = 'retrying') = (retry_on IS NOT NULL)", name="retrying"),
        CheckConstraint("(outcome IN ('retrying', 'missed')) = (reason_code IS NOT NULL)",
                        name="reason"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )  # fmt: skip
    __data__ = Declared(
        important=("period", "amount_minor", "reason_code"),
        general=("currency", "due_on"),
        technical=(
            "mandate_id", "reference", "outcome", "attempts", "retry_on", "bill_payment_id",
            "seen_at", "decided_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("bills_mandate.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    retry_on: Mapped[date | None] = mapped_column(Date)
    bill_payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("bills_payment.id"))
    reason_code: Mapped[str | None] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
