"""Tables of webhooks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import SYSTEM, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

Instant = DateTime(timezone=True)


class EndpointRow(Base):
    """One endpoint. While `rests_until` lies ahead nothing is sent; `failures` counts rounds."""

    __tablename__ = "infra_webhooks_endpoint"
    __data__ = Declared(
        general=("url", "types", "description"),
        technical=(
            "id",
            "owner_id",
            "status",
            "failures",
            "failing_since",
            "rests_until",
            "created_at",
        ),
        keep=Keep.CONFIGURATION,
    )
    __table_args__ = (
        CheckConstraint("status IN ('active', 'paused', 'disabled')", name="status"),
        CheckConstraint("cardinality(types) > 0", name="types_some"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    rests_until: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class SecretRow(Base):
    """A signing secret, encrypted; `expires_at` is set when another one follows it."""

    __tablename__ = "infra_webhooks_secret"
    __data__ = Declared(
        core=("sealed",),
        technical=("id", "endpoint_id", "created_at", "expires_at"),
        keep=Keep.CONFIGURATION,
    )
    __sealed__ = (Sealed("sealed", owner=SYSTEM),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(
        ForeignKey("infra_webhooks_endpoint.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)


class MessageRow(Base):
    """What is sent, byte for byte; `seq` is the event's number in the outbox, none for a ping."""

    __tablename__ = "infra_webhooks_message"
    __data__ = Declared(
        important=("body",),
        general=("type",),
        technical=("id", "seq", "occurred_at", "created_at"),
        keep=Keep.SHORT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)


class DeliveryRow(Base):
    """One message on its way to one endpoint."""

    __tablename__ = "infra_webhooks_delivery"
    __data__ = Declared(
        technical=(
            "id",
            "endpoint_id",
            "message_id",
            "status",
            "attempts",
            "next_attempt_at",
            "created_at",
        ),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        CheckConstraint(
            "(status = 'pending') = (next_attempt_at IS NOT NULL)", name="pending_has_a_time"
        ),
        UniqueConstraint("endpoint_id", "message_id"),
        Index(None, "endpoint_id", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_infra_webhooks_delivery_endpoint_id_id", "endpoint_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(
        ForeignKey("infra_webhooks_endpoint.id", ondelete="CASCADE")
    )
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("infra_webhooks_message.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)


class AttemptRow(Base):
    """One attempt at a delivery."""

    __tablename__ = "infra_webhooks_attempt"
    __data__ = Declared(
        general=("answer",),
        technical=("id", "delivery_id", "at", "outcome", "status_code", "latency_ms"),
        keep=Keep.SHORT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("infra_webhooks_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(Text)
    status_code: Mapped[int | None] = mapped_column(Integer)
    latency_ms: Mapped[int] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text)
