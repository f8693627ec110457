"""The tables of channels: messages they sent, how they are doing, and what staff have set."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import SYSTEM, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

_OPEN = text("valid_until IS NULL")
_OPERATION = (
    "operation IN ('pay_out', 'collect', 'refund', 'verify_card', 'verify_account', 'recall')"
)


class CallbackRow(Base):
    """One message of a channel as it came, stored once by the channel's own id of it.

    `headers` are those that its signature needs.
    """

    __tablename__ = "channels_callback"
    __table_args__ = (
        CheckConstraint("char_length(event_id) BETWEEN 1 AND 64", name="event_id"),
        UniqueConstraint("channel", "event_id"),
    )
    __data__ = Declared(
        core=("body_sealed",),
        technical=("id", "channel", "event_id", "headers", "received_at"),
        keep=Keep.BOOKS,
    )
    __sealed__ = (Sealed("body_sealed", owner=SYSTEM),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BreakerRow(Base):
    """How a channel answered in the last minutes, and its circuit breaker.

    `minutes` holds a list [minute, good, bad, milliseconds] for each minute with answers.
    """

    __tablename__ = "channels_breaker"
    __table_args__ = (
        CheckConstraint("circuit IN ('closed', 'open', 'half_open')", name="circuit"),
        CheckConstraint("failures_in_row >= 0", name="failures_in_row"),
    )
    __data__ = Declared(
        technical=("channel", "circuit", "since", "failures_in_row", "probed_at", "minutes")
    )

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    circuit: Mapped[str] = mapped_column(Text, server_default=text("'closed'"))
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    failures_in_row: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    probed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    minutes: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default=text("'[]'"))


class TermsRow(Base):
    """Cost, limits and hours of a channel's operation, in place of its plug-in's; one version."""

    __tablename__ = "channels_terms"
    __table_args__ = (
        CheckConstraint(_OPERATION, name="operation"),
        CheckConstraint(
            "fee_fixed_minor >= 0 AND fee_min_minor >= 0 AND fee_max_minor >= fee_min_minor"
            " AND fee_rate >= 0 AND fee_rate < 1",
            name="fee",
        ),
        CheckConstraint(
            "amount_min_minor >= 0 AND amount_max_minor >= amount_min_minor", name="amount"
        ),
        CheckConstraint("valid_until > valid_from", name="valid"),
        Index(
            "uq_channels_terms_open", "channel", "operation", unique=True, postgresql_where=_OPEN
        ),
        UniqueConstraint("channel", "operation", "valid_from"),
    )
    __data__ = Declared(
        general=(
            "channel", "operation", "fee_fixed_minor", "fee_rate", "fee_min_minor",
            "fee_max_minor", "amount_min_minor", "amount_max_minor", "opens", "closes",
            "business_days_only", "is_offered",
        ),
        technical=("id", "valid_from", "valid_until", "set_by"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    operation: Mapped[str] = mapped_column(Text)
    fee_fixed_minor: Mapped[int] = mapped_column(BigInteger)
    fee_rate: Mapped[Decimal] = mapped_column(Numeric(13, 12))
    fee_min_minor: Mapped[int] = mapped_column(BigInteger)
    fee_max_minor: Mapped[int | None] = mapped_column(BigInteger)
    amount_min_minor: Mapped[int] = mapped_column(BigInteger)
    amount_max_minor: Mapped[int] = mapped_column(BigInteger)
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    business_days_only: Mapped[bool]
    is_offered: Mapped[bool]
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class RuleRow(Base):
    """One version of a rule of routing; the first one that fits, by position, sets the order."""

    __tablename__ = "channels_rule"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{2,63}$'", name="code"),
        CheckConstraint(_OPERATION, name="operation"),
        CheckConstraint(
            "counterparty_kind IN ('bank_account', 'card', 'wallet')", name="counterparty_kind"
        ),
        CheckConstraint(
            "amount_min_minor >= 0 AND amount_max_minor >= amount_min_minor", name="amount"
        ),
        CheckConstraint("order_by IN ('cost', 'success', 'latency')", name="order_by"),
        CheckConstraint("valid_until > valid_from", name="valid"),
        Index("uq_channels_rule_open", "code", unique=True, postgresql_where=_OPEN),
        UniqueConstraint("code", "valid_from"),
    )
    __data__ = Declared(
        general=(
            "code", "position", "operation", "counterparty_kind", "amount_min_minor",
            "amount_max_minor", "order_by", "preferred", "excluded",
        ),
        technical=("id", "valid_from", "valid_until", "set_by"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    operation: Mapped[str | None] = mapped_column(Text)
    counterparty_kind: Mapped[str | None] = mapped_column(Text)
    amount_min_minor: Mapped[int] = mapped_column(BigInteger)
    amount_max_minor: Mapped[int | None] = mapped_column(BigInteger)
    order_by: Mapped[str] = mapped_column(Text)
    preferred: Mapped[list[str]] = mapped_column(ARRAY(Text))
    excluded: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]


class ReasonRow(Base):
    """What one channel's code means, or what is to be done about a reason; one version.

    `channel` and `channel_code` together, or neither: then it is about our `reason` everywhere.
    """

    __tablename__ = "channels_reason"
    __table_args__ = (
        CheckConstraint("(channel = '') = (channel_code = '')", name="of"),
        CheckConstraint("char_length(channel_code) <= 64", name="channel_code"),
        CheckConstraint("reason ~ '^[a-z][a-z0-9_]{2,63}$'", name="reason"),
        CheckConstraint("iso_code ~ '^[A-Z0-9]{4}$'", name="iso_code"),
        CheckConstraint(
            "action IN ('give_up', 'change_data', 'other_channel', 'retry_later', 'inquire',"
            " 'person')",
            name="action",
        ),
        CheckConstraint("valid_until > valid_from", name="valid"),
        Index("uq_channels_reason_open", "key", unique=True, postgresql_where=_OPEN),
        UniqueConstraint("key", "valid_from"),
    )
    __data__ = Declared(
        general=(
            "key", "channel", "channel_code", "reason", "iso_code", "action", "title_zh",
            "title_en",
        ),
        technical=("id", "valid_from", "valid_until", "set_by"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(Text)  # `channel/code`, or our reason
    channel: Mapped[str] = mapped_column(Text)
    channel_code: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    iso_code: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID]
