"""The tables of devices and sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class DeviceRow(Base):
    """A browser that a user has logged in from; `trusted_at`: confirmed by all factors.

    `browser_id` is in the browser's signed cookie; one browser may serve several users.
    """

    __tablename__ = "identity_device"
    __data__ = Declared(
        important=("fingerprint", "user_agent", "address", "place"),
        technical=(
            "id",
            "user_id",
            "browser_id",
            "first_seen_at",
            "last_seen_at",
            "trusted_at",
            "revoked_at",
        ),
        keep=Keep.LOGS_6_MONTHS,
        over="last_seen_at",
    )
    __table_args__ = (UniqueConstraint("user_id", "browser_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    browser_id: Mapped[UUID]
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_agent: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    first_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    trusted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SessionRow(Base):
    """A session of a browser, from log-in to its end; degrees are in ten-thousandths."""

    __tablename__ = "identity_session"
    __data__ = Declared(
        important=("address", "place", "latitude_e4", "longitude_e4"),
        general=("factors",),
        technical=(
            "id",
            "user_id",
            "device_id",
            "began_at",
            "last_seen_at",
            "rotated_at",
            "expires_at",
            "ended_at",
            "end_reason",
        ),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("expires_at > began_at", name="expires_after_beginning"),
        CheckConstraint("cardinality(factors) > 0", name="factors_some"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
        Index(
            "ix_identity_session_user_id_open",
            "user_id",
            "began_at",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("identity_device.id"), index=True)
    factors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    address: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    latitude_e4: Mapped[int | None]
    longitude_e4: Mapped[int | None]
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rotated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)


class SessionSecretRow(Base):
    """A secret that a session has or had, known only by its SHA-256."""

    __tablename__ = "identity_session_secret"
    __data__ = Declared(
        core=("secret_sha256",),
        technical=("session_id", "issued_at", "used_at", "replaced_at"),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256_length"),
    )

    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_session.id", ondelete="CASCADE"), index=True
    )
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
