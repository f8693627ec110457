"""The tables of logging in: contacts, codes, challenges, counts of attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra import crypto
from tongbao.infra.crypto.columns import Blind, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class ContactRow(Base):
    """A phone or e-mail address that a user has shown to be theirs; nobody else's then."""

    __tablename__ = "identity_contact"
    __data__ = Declared(
        core=("address_sealed", "address_blind"),
        general=("channel", "language"),
        technical=("id", "user_id", "verified_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        UniqueConstraint("channel", "address_blind"),
        CheckConstraint("octet_length(address_blind) = 32", name="address_blind_length"),
        UniqueConstraint("user_id", "channel"),
        CheckConstraint("channel IN ('phone', 'email')", name="channel"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
    )
    __sealed__ = (Sealed("address_sealed", owner="user_id"),)
    __blind__ = (Blind("address_blind", of="address_sealed"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    channel: Mapped[str] = mapped_column(Text)
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_blind: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CodeRow(Base):
    """A one-time code, known only by a keyed hash; `tries` are those that were wrong."""

    __tablename__ = "identity_code"
    __data__ = Declared(
        core=("subject_sealed", "code_tag"),
        technical=("id", "purpose", "tries", "created_at", "expires_at", "used_at"),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("octet_length(code_tag) = 32", name="code_tag_length"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
    )
    __sealed__ = (Sealed("subject_sealed", owner=crypto.SYSTEM),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    subject_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    code_tag: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ChallengeRow(Base):
    """What lacks a second factor; `data` is what each factor asked, by its name.

    `proven` is what the first step has shown: a password, an account elsewhere, a sent code. With
    `browser_sha256` only the browser that has this secret goes on.
    """

    __tablename__ = "identity_challenge"
    __data__ = Declared(
        core=("handle_sha256",),
        important=("data",),
        general=("factors",),
        technical=(
            *("purpose", "user_id", "proven", "browser_sha256"),
            *("tries", "created_at", "expires_at", "used_at"),
        ),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('log_in', 'reset_password', 'recover_factors')", name="purpose"
        ),
        CheckConstraint("octet_length(handle_sha256) = 32", name="handle_sha256_length"),
        CheckConstraint("octet_length(browser_sha256) = 32", name="browser_sha256_length"),
        CheckConstraint("proven IN ('password', 'external', 'otp')", name="proven"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
    )

    handle_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    proven: Mapped[str] = mapped_column(Text, server_default=text("'password'"))
    browser_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    factors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AttemptRow(Base):
    """How many log-ins were refused in a row, for an account, a device or an address.

    `key_tag` is a keyed hash of what it counts for, which need not exist.
    """

    __tablename__ = "identity_attempt"
    __data__ = Declared(
        core=("key_tag",),
        technical=("scope", "refusals", "last_at", "paused_until"),
        keep=Keep.SHORT,
    )
    __table_args__ = (
        CheckConstraint("scope IN ('account', 'device', 'address')", name="scope"),
        CheckConstraint("octet_length(key_tag) = 32", name="key_tag_length"),
        CheckConstraint("refusals >= 0", name="refusals"),
    )

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key_tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    refusals: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SecurityEventRow(Base):
    """Something about a user's security that they may want to know."""

    __tablename__ = "identity_security_event"
    __data__ = Declared(
        important=("facts", "address"),
        general=("kind",),
        technical=("id", "user_id", "happened_at"),
        keep=Keep.LOGS_6_MONTHS,
        over="happened_at",
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    address: Mapped[str | None] = mapped_column(Text)
    happened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
