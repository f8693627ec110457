"""The tables of tills, links, requests, codes that payers show, and what was collected."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base
from tongbao.products.collecting.domain.collections import Means
from tongbao.products.collecting.domain.links import LinkState
from tongbao.products.collecting.domain.requests import RequestState

OF_PAY_CODE = text("means = 'pay_code'")
"""What the unique index of a till's references is about; in conflicts to be named word for word."""
IS_ENABLED = text("disabled_at IS NULL")
"""The same of codes that are switched on."""


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class TillRow(Base):
    """A place that takes payments into one account."""

    __tablename__ = "collecting_till"
    __data__ = Declared(
        important=("name", "latin_name", "latin_city"),
        general=("currency", "category_code"),
        technical=("id", "party_id", "account_id", "opened_by", "opened_at", "closed_at"),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("category_code ~ '^[0-9]{4}$'", name="category_code"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 25", name="name"),
        CheckConstraint("char_length(latin_name) BETWEEN 1 AND 25", name="latin_name"),
        CheckConstraint("char_length(latin_city) BETWEEN 1 AND 15", name="latin_city"),
        CheckConstraint("closed_at >= opened_at", name="closed"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    currency: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    latin_name: Mapped[str] = mapped_column(Text)
    latin_city: Mapped[str] = mapped_column(Text)
    category_code: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LinkRow(Base):
    """A payment link, or a code made for one sale at a till.

    Whoever pays holds the row, so `paid_count` counts every payment and never passes the most.
    """

    __tablename__ = "collecting_link"
    __data__ = Declared(
        important=("title", "amount_minor", "reference"),
        general=("currency", "payments_max"),
        technical=(
            "id",
            "token",
            "party_id",
            "account_id",
            "till_id",
            "paid_count",
            "state",
            "expires_at",
            "created_by",
            "created_at",
            "ended_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        _one_of("state", LinkState),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 140", name="title"),
        CheckConstraint("paid_count >= 0 AND paid_count <= payments_max", name="paid_count"),
        CheckConstraint("payments_max > 0", name="payments_max"),
        CheckConstraint(
            "state <> 'completed' OR paid_count = payments_max", name="completed_when_paid"
        ),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "till_id IS NULL OR (amount_minor IS NOT NULL AND payments_max = 1)", name="of_a_till"
        ),
        Index(None, "token", unique=True),
        Index(None, "party_id", "id"),
        Index("ix_collecting_link_expiring", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    till_id: Mapped[UUID | None] = mapped_column(ForeignKey("collecting_till.id"))
    title: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    payments_max: Mapped[int | None] = mapped_column(Integer)
    paid_count: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RequestRow(Base):
    """A request to pay. Whoever pays holds the row, so `paid_minor` never passes the amount."""

    __tablename__ = "collecting_request"
    __data__ = Declared(
        important=(
            "payee_name",
            "title",
            "amount_minor",
            "paid_minor",
            "reference",
            "decline_reason",
        ),
        general=("currency", "in_parts"),
        technical=(
            "id",
            "party_id",
            "account_id",
            "debtor_party_id",
            "state",
            "expires_at",
            "reminded",
            "created_by",
            "created_at",
            "ended_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        _one_of("state", RequestState),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("paid_minor BETWEEN 0 AND amount_minor", name="paid"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("(state = 'paid') = (paid_minor = amount_minor)", name="paid_in_full"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("party_id <> debtor_party_id", name="two_parties"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 140", name="title"),
        CheckConstraint("char_length(decline_reason) BETWEEN 1 AND 140", name="decline_reason"),
        Index(None, "party_id", "id"),
        Index(None, "debtor_party_id", "id"),
        Index(
            "ix_collecting_request_expiring",
            "expires_at",
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    payee_name: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    debtor_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    title: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    in_parts: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    decline_reason: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reminded: Mapped[bool] = mapped_column(Boolean)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PayCodeRow(Base):
    """That a user may pay from an account by showing codes; at most once for each account."""

    __tablename__ = "collecting_pay_code"
    __data__ = Declared(
        important=("per_payment_minor",),
        general=("currency",),
        technical=("id", "user_id", "party_id", "account_id", "enabled_at", "disabled_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("per_payment_minor > 0", name="per_payment"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index(
            "uq_collecting_pay_code_enabled",
            "user_id",
            "account_id",
            unique=True,
            postgresql_where=IS_ENABLED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_account.id"))
    currency: Mapped[str] = mapped_column(Text)
    per_payment_minor: Mapped[int] = mapped_column(BigInteger)
    enabled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ShownCodeRow(Base):
    """A code that was shown, by its tag; a till that presents it spends the row, once."""

    __tablename__ = "collecting_shown_code"
    __data__ = Declared(
        technical=("tag", "pay_code_id", "good_until", "spent_at"),
        keep=Keep.SHORT,
        over="good_until",
    )
    __table_args__ = (
        CheckConstraint("octet_length(tag) = 32", name="tag"),
        Index(None, "good_until"),
    )

    tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    pay_code_id: Mapped[UUID] = mapped_column(ForeignKey("collecting_pay_code.id"))
    good_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    spent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CollectionRow(Base):
    """A settled payment and what it was collected for."""

    __tablename__ = "collecting_collection"
    __data__ = Declared(
        important=("amount_minor", "title", "reference"),
        general=("currency", "means"),
        technical=(
            "payment_id",
            "party_id",
            "payer_party_id",
            "till_id",
            "link_id",
            "request_id",
            "pay_code_id",
            "collected_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        _one_of("means", Means),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "(means IN ('till_code', 'order_code', 'pay_code')) = (till_id IS NOT NULL)"
            " AND (means IN ('order_code', 'link')) = (link_id IS NOT NULL)"
            " AND (means = 'request') = (request_id IS NOT NULL)"
            " AND (means = 'pay_code') = (pay_code_id IS NOT NULL)",
            name="source",
        ),
        Index(None, "party_id", "payment_id"),
        Index(None, "payer_party_id", "payment_id"),
        Index(
            "uq_collecting_collection_reference",
            "till_id",
            "reference",
            unique=True,
            postgresql_where=OF_PAY_CODE,
        ),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments_order.id"), primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    payer_party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    means: Mapped[str] = mapped_column(Text)
    till_id: Mapped[UUID | None] = mapped_column(ForeignKey("collecting_till.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("collecting_link.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("collecting_request.id"))
    pay_code_id: Mapped[UUID | None] = mapped_column(ForeignKey("collecting_pay_code.id"))
    title: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    collected_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
