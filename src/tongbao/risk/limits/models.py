"""The tables of limits: rules, what customers set for themselves, and what has been used."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
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

    Rules of one tally count the same thing, so that what was used holds against each of them.
    """

    __tablename__ = "limits_rule"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{2,63}$'", name="code"),
        CheckConstraint("tally ~ '^[a-z][a-z0-9_]{2,63}$'", name="tally"),
        CheckConstraint("beyond IN ('refuse', 'review')", name="beyond"),
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
            "code", "tally", "title_zh", "title_en", "beyond", "operation", "party_kind", "level",
            "product", "channel", "counted_by", "measure", "currency", "time_window",
            "rolling_hours", "maximum", "raise_maximum",
        ),
        technical=("id", "valid_from", "valid_until", "set_by"),
        keep=Keep.CONFIGURATION,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    tally: Mapped[str] = mapped_column(Text)
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
    beyond: Mapped[str] = mapped_column(Text, server_default=text("'refuse'"))
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class OwnMaximumRow(Base):
    """A maximum that holds for one party alone: its own lower one, or a raise for a time.

    It is about a tally's period, not about a rule: a party whose level changes meets another rule
    of the tally and keeps what it has set.
    """

    __tablename__ = "limits_own"
    __table_args__ = (
        CheckConstraint("kind IN ('lowered', 'raised')", name="kind"),
        CheckConstraint(_MAXIMUM, name="maximum"),
        CheckConstraint("valid_until >= valid_from", name="valid"),
        CheckConstraint("kind <> 'raised' OR valid_until IS NOT NULL", name="raised_for_a_time"),
        CheckConstraint(
            "period ~ '^(transaction|day|month|year|[1-9][0-9]{0,3}h)$'", name="period"
        ),
        Index(None, "party_id", "tally", "period"),
    )
    __data__ = Declared(
        important=("maximum",),
        general=("tally", "period", "kind"),
        technical=("id", "party_id", "valid_from", "valid_until", "set_by"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID]
    tally: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    maximum: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class ReferenceRateRow(Base):
    """What one unit of a currency is worth in CNY from a moment on; for limits, never for money.

    The newest one holds, until `valid_until` if it has one: then there is none.
    """

    __tablename__ = "limits_reference_rate"
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("cny_per_unit > 0", name="cny_per_unit"),
        CheckConstraint("scale BETWEEN 0 AND 4", name="scale"),
        CheckConstraint("valid_until > valid_from", name="valid"),
    )
    __data__ = Declared(
        general=("currency", "scale", "cny_per_unit"), technical=("valid_from", "valid_until")
    )

    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    scale: Mapped[int] = mapped_column(SmallInteger)
    cny_per_unit: Mapped[Decimal] = mapped_column(Numeric(24, 12))


class CounterRow(Base):
    """What has been used of a tally by one subject: in its newest day, month and year.

    `subject` is a party, or the digest of everything that the tally is counted by. A sum is that of
    the day, month or year in which `last_day` lies; of an older one nothing is left.
    """

    __tablename__ = "limits_counter"
    __table_args__ = (
        CheckConstraint(
            "used_day >= 0 AND used_month >= used_day AND used_year >= used_month", name="used"
        ),
        UniqueConstraint("subject", "tally"),
    )
    __data__ = Declared(
        important=("subject", "used_day", "used_month", "used_year"),
        technical=("id", "tally", "last_day"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[UUID]
    used_day: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    used_month: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    used_year: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_day: Mapped[date] = mapped_column(Date, server_default=text("'0001-01-01'"))
    tally: Mapped[str] = mapped_column(Text)


class ReservationRow(Base):
    """What one use took of one counter, so that it can be given back once.

    `rolling` ones are looked at by rules of the last so many hours.
    """

    __tablename__ = "limits_reservation"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "ix_limits_reservation_rolling",
            "counter_id",
            "reserved_at",
            postgresql_where=text("rolling AND released_at IS NULL"),
        ),
    )
    __data__ = Declared(
        important=("amount",),
        technical=(
            "use_id", "counter_id", "counted_on", "rolling", "reserved_at", "released_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )  # fmt: skip

    use_id: Mapped[UUID] = mapped_column(primary_key=True)
    counter_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reserved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counted_on: Mapped[date] = mapped_column(Date)
    rolling: Mapped[bool]
