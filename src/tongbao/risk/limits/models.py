"""The tables of limits: rules, what customers set for themselves, and what has been used."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_MAXIMUM = "maximum BETWEEN 0 AND 100000000000000000"


class RuleRow(Base):
    """One version of a rule; only its end is ever written afterwards.

    Versions of one code count the same thing, so that what was used holds against the next one.
    """

    __tablename__ = "limits_rule"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{2,63}$'", name="code"),
        CheckConstraint("party_kind IN ('person', 'organisation')", name="party_kind"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
        CheckConstraint(
            "cardinality(counted_by) > 0"
            " AND counted_by <@ ARRAY['party', 'product', 'channel', 'device', 'counterparty']",
            name="counted_by",
        ),
        CheckConstraint("measure IN ('amount', 'count')", name="measure"),
        CheckConstraint("(measure = 'amount') = (currency IS NOT NULL)", name="currency"),
        CheckConstraint(
            "time_window IN ('transaction', 'day', 'month', 'year', 'rolling')", name="time_window"
        ),
        CheckConstraint(
            "(time_window = 'rolling') = (rolling_hours IS NOT NULL)"
            " AND rolling_hours BETWEEN 1 AND 8784",
            name="rolling_hours",
        ),
        CheckConstraint(_MAXIMUM, name="maximum"),
        CheckConstraint("raise_maximum >= maximum", name="raise_maximum"),
        CheckConstraint("valid_until > valid_from", name="valid"),
        Index(
            "uq_limits_rule_open", "code", unique=True, postgresql_where=text("valid_until IS NULL")
        ),
        UniqueConstraint("code", "valid_from"),
    )
    __data__ = Declared(
        general=(
            "code", "title_zh", "title_en", "operation", "party_kind", "level", "product",
            "channel", "counted_by", "measure", "currency", "time_window", "rolling_hours",
            "maximum", "raise_maximum",
        ),
        technical=("id", "valid_from", "valid_until", "set_by"),
        keep=Keep.CONFIGURATION,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    operation: Mapped[str | None] = mapped_column(Text)
    party_kind: Mapped[str | None] = mapped_column(Text)
    level: Mapped[int | None] = mapped_column(SmallInteger)
    product: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    counted_by: Mapped[list[str]] = mapped_column(ARRAY(Text))
    measure: Mapped[str] = mapped_column(Text)
    currency: Mapped[str | None] = mapped_column(Text)
    time_window: Mapped[str] = mapped_column(Text)
    rolling_hours: Mapped[int | None] = mapped_column(SmallInteger)
    maximum: Mapped[int] = mapped_column(BigInteger)
    raise_maximum: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class OwnMaximumRow(Base):
    """A maximum that holds for one party alone: its own lower one, or a raise for a time."""

    __tablename__ = "limits_own"
    __table_args__ = (
        CheckConstraint("kind IN ('lowered', 'raised')", name="kind"),
        CheckConstraint(_MAXIMUM, name="maximum"),
        CheckConstraint("valid_until > valid_from", name="valid"),
        CheckConstraint("kind <> 'raised' OR valid_until IS NOT NULL", name="raised_for_a_time"),
        Index(None, "party_id", "rule_code"),
    )
    __data__ = Declared(
        important=("maximum",),
        general=("rule_code", "kind"),
        technical=("id", "party_id", "valid_from", "valid_until", "set_by"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID]
    rule_code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    maximum: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class ReferenceRateRow(Base):
    """What one unit of a currency is worth in CNY from a moment on; for limits, never for money."""

    __tablename__ = "limits_reference_rate"
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("cny_per_unit > 0", name="cny_per_unit"),
        CheckConstraint("scale BETWEEN 0 AND 4", name="scale"),
    )
    __data__ = Declared(general=("currency", "scale", "cny_per_unit"), technical=("valid_from",))

    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    scale: Mapped[int] = mapped_column(SmallInteger)
    cny_per_unit: Mapped[Decimal] = mapped_column(Numeric(24, 12))


class CounterRow(Base):
    """What has been used of a rule by one subject in one window of time.

    A rolling rule's counter starts at minus infinity and stays at 0: what counts is in
    `limits_rolling`.
    """

    __tablename__ = "limits_counter"
    __table_args__ = (
        CheckConstraint("used >= 0", name="used"),
        UniqueConstraint("subject", "rule_code", "starts_on"),
    )
    __data__ = Declared(
        important=("subject", "used"), technical=("id", "rule_code", "starts_on"),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    rule_code: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    used: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class RollingRow(Base):
    """One use that counts for some hours."""

    __tablename__ = "limits_rolling"
    __table_args__ = (Index(None, "counter_id", "used_at"),)
    __data__ = Declared(
        important=("amount",), technical=("use_id", "counter_id", "used_at"), keep=Keep.SHORT
    )

    use_id: Mapped[UUID] = mapped_column(primary_key=True)
    counter_id: Mapped[int] = mapped_column(ForeignKey("limits_counter.id"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    amount: Mapped[int] = mapped_column(BigInteger)


class ReservationRow(Base):
    """What one use took of its counters, so that it can be given back once."""

    __tablename__ = "limits_reservation"
    __table_args__ = (
        CheckConstraint("cardinality(counter_ids) = cardinality(amounts)", name="lines"),
    )
    __data__ = Declared(
        important=("amounts",),
        technical=("use_id", "reserved_at", "released_at", "counter_ids"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    use_id: Mapped[UUID] = mapped_column(primary_key=True)
    reserved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counter_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    amounts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
