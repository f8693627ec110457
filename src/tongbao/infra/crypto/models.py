"""The tables of keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

Instant = DateTime(timezone=True)


class KekRow(Base):
    """A key-encryption key, known by its id; the key itself is elsewhere.

    New record keys are wrapped under the one that was made current last. `wrapped` is what a key
    management service needs to give the key out. One that is not retired must be in every process.
    """

    __tablename__ = "infra_crypto_kek"
    __table_args__ = (CheckConstraint("octet_length(check_value) = 32", name="check_value_length"),)
    __data__ = Declared(
        technical=("id", "check_value", "wrapped", "created_at", "current_since", "retired_at"),
        keep=Keep.CONFIGURATION,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    check_value: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant)
    current_since: Mapped[datetime | None] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class RecordKeyRow(Base):
    """One generation of an owner's record key; `wrapped` is gone once it `ended_at`."""

    __tablename__ = "infra_crypto_key"
    __table_args__ = (
        UniqueConstraint("owner", "generation"),
        CheckConstraint("generation > 0", name="generation_positive"),
        CheckConstraint(
            "(wrapped IS NULL) = (ended_at IS NOT NULL)"
            " AND (wrapped IS NULL) = (reason IS NOT NULL)"
            " AND (wrapped IS NULL) = (kek_id IS NULL)",
            name="ended_or_wrapped",
        ),
    )
    __data__ = Declared(
        technical=(
            "id", "owner", "generation", "kek_id", "wrapped", "created_at", "ended_at", "reason",
        ),
        keep=Keep.CONFIGURATION,
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    owner: Mapped[UUID]
    generation: Mapped[int] = mapped_column(Integer)
    kek_id: Mapped[str | None] = mapped_column(ForeignKey("infra_crypto_kek.id"))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text)


class RotationRow(Base):
    """A run of a rotation: how far it is, so that a killed one goes on there."""

    __tablename__ = "infra_crypto_rotation"
    __table_args__ = (
        CheckConstraint("kind IN ('keys', 'fields', 'blinds')", name="kind"),
        Index(
            "uq_infra_crypto_rotation_open",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    __data__ = Declared(
        technical=(
            "id", "kind", "target", "step", "position", "changed", "skipped", "broken",
            "started_at", "updated_at", "ended_at",
        ),
        keep=Keep.CONFIGURATION,
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(Text)
    position: Mapped[str | None] = mapped_column(Text)
    changed: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    skipped: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    broken: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
