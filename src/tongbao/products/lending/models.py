"""The tables of applications, their steps, decisions and loans."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base
from tongbao.products.lending.domain.application import OPEN_STATES, State
from tongbao.products.lending.domain.decision import Outcome

_STATES = ", ".join(f"'{state.value}'" for state in State)
_OUTCOMES = ", ".join(f"'{outcome.value}'" for outcome in Outcome)
_OPEN = ", ".join(f"'{state.value}'" for state in State if state in OPEN_STATES)

IS_OPEN = text(f"state IN ({_OPEN})")
"""What the unique index of open applications is about.

To be named word for word where a conflict on it is expected: with a parameter in it, PostgreSQL no
longer finds the index once it has prepared the statement, which is after a handful of executions.
"""
_DIGEST = "record_sha256 ~ '^[0-9a-f]{64}$'"


class ApplicationRow(Base):
    """One application; a party has at most one that is open."""

    __tablename__ = "lending_application"
    __data__ = Declared(
        important=("requested_minor", "term_months", "reason_code", "reason_zh", "reason_en"),
        general=("currency",),
        technical=(
            "consent_id",
            "id",
            "party_id",
            "account_id",
            "state",
            "attempts",
            "next_attempt_at",
            "decision_id",
            "offer_expires_at",
            "submitted_by",
            "submitted_at",
            "updated_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("requested_minor > 0", name="requested"),
        CheckConstraint("term_months > 0", name="term"),
        CheckConstraint("(state = 'waiting') = (next_attempt_at IS NOT NULL)", name="waiting"),
        CheckConstraint(
            "(reason_code IS NULL) = (reason_zh IS NULL)"
            " AND (reason_code IS NULL) = (reason_en IS NULL)",
            name="reason",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'accepted', 'disbursed')"
            " OR (decision_id IS NOT NULL AND offer_expires_at IS NOT NULL)",
            name="offer",
        ),
        Index(
            "uq_lending_application_open",
            "party_id",
            unique=True,
            postgresql_where=IS_OPEN,
        ),
        Index(None, "party_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements_consent.id"), index=True)
    currency: Mapped[str] = mapped_column(Text)
    requested_minor: Mapped[int | None] = mapped_column(BigInteger)
    term_months: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_id: Mapped[UUID | None]
    offer_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    submitted_by: Mapped[UUID]
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StepRow(Base):
    """One arrow an application went along; rows are only ever added."""

    __tablename__ = "lending_application_step"
    __data__ = Declared(
        important=("reason_code", "reason_zh", "reason_en"),
        technical=("id", "application_id", "from_state", "to_state", "by", "at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(f"from_state IN ({_STATES})", name="from_state"),
        CheckConstraint(f"to_state IN ({_STATES})", name="to_state"),
        Index(None, "application_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("lending_application.id"))
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    by: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DecisionRow(Base):
    """One decision with everything it was computed from; rows are only ever added.

    `record` is `json`, not `jsonb`: it keeps the text as written, so that every float comes back
    bit for bit.
    """

    __tablename__ = "lending_decision"
    __data__ = Declared(
        important=("outcome", "limit_minor", "annual_rate_trillionths", "record"),
        general=("currency", "policy_version"),
        technical=("id", "application_id", "fetch_id", "model_id", "record_sha256", "decided_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
        CheckConstraint(
            "(outcome = 'approved') = (annual_rate_trillionths IS NOT NULL)"
            " AND (outcome <> 'approved' OR limit_minor > 0)",
            name="approval",
        ),
        CheckConstraint(_DIGEST, name="record_sha256"),
        Index(None, "application_id", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("lending_application.id"))
    outcome: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    annual_rate_trillionths: Mapped[int | None] = mapped_column(BigInteger)
    policy_version: Mapped[str] = mapped_column(Text)
    fetch_id: Mapped[UUID | None] = mapped_column(ForeignKey("sources_fetch.id"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("rating_model.id"))
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    record_sha256: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LoanRow(Base):
    """One loan as disbursed; an application leads to one at most."""

    __tablename__ = "lending_loan"
    __data__ = Declared(
        important=(
            "principal_minor",
            "annual_rate_trillionths",
            "term_months",
            "day_count",
            "repayment_method",
            "disbursed_on",
            "matures_on",
        ),
        general=("currency",),
        technical=(
            "id",
            "application_id",
            "party_id",
            "account_id",
            "agreement_id",
            "ledger_account_id",
            "transaction_id",
            "disbursed_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("principal_minor > 0", name="principal"),
        CheckConstraint("annual_rate_trillionths > 0", name="annual_rate"),
        CheckConstraint("matures_on > disbursed_on", name="term"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("lending_application.id"), unique=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_agreement.id"), unique=True)
    ledger_account_id: Mapped[UUID] = mapped_column(unique=True)
    transaction_id: Mapped[UUID] = mapped_column(unique=True)
    currency: Mapped[str] = mapped_column(Text)
    principal_minor: Mapped[int] = mapped_column(BigInteger)
    annual_rate_trillionths: Mapped[int] = mapped_column(BigInteger)
    term_months: Mapped[int] = mapped_column(SmallInteger)
    day_count: Mapped[str] = mapped_column(Text)
    repayment_method: Mapped[str] = mapped_column(Text)
    disbursed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disbursed_on: Mapped[date] = mapped_column(Date)
    matures_on: Mapped[date] = mapped_column(Date)


class ReviewRow(Base):
    """A line that a person is to look at, because what it was granted on has ended."""

    __tablename__ = "lending_review"
    __data__ = Declared(
        general=("reason_code", "outcome", "note"),
        technical=(
            "id",
            "application_id",
            "loan_id",
            "consent_id",
            "opened_at",
            "closed_at",
            "closed_by",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("outcome IN ('kept', 'offer_ended')", name="outcome"),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)"
            " AND (closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (note IS NULL)",
            name="closed",
        ),
        UniqueConstraint("application_id", "consent_id"),
        Index(None, "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("lending_application.id"))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("lending_loan.id"))
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("agreements_consent.id"))
    reason_code: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
