"""The tables of second factors and of the payment password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class TotpRow(Base):
    """The authenticator app of a user; not in use before a first code `confirmed_at`."""

    __tablename__ = "identity_totp"
    __data__ = Declared(
        core=("sealed_secret",),
        technical=("user_id", "last_step", "created_at", "confirmed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __sealed__ = (Sealed("sealed_secret", owner="user_id"),)
    __table_args__ = (
        CheckConstraint("(confirmed_at IS NULL) = (last_step IS NULL)", name="confirmed_by_a_step"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RecoveryCodeRow(Base):
    """A code for the day the phone is lost, known only by its hash."""

    __tablename__ = "identity_recovery_code"
    __data__ = Declared(
        core=("code_sha256",),
        technical=("user_id", "created_at", "used_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (CheckConstraint("octet_length(code_sha256) = 32", name="code_sha256_length"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), primary_key=True)
    code_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PasskeyRow(Base):
    """The public half of a passkey."""

    __tablename__ = "identity_passkey"
    __data__ = Declared(
        important=("credential_id", "public_key"),
        general=("name", "transports", "aaguid", "backed_up"),
        technical=("id", "user_id", "sign_count", "created_at", "last_used_at", "suspended_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("octet_length(credential_id) BETWEEN 1 AND 1023", name="credential_id"),
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    aaguid: Mapped[UUID]
    backed_up: Mapped[bool]
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    suspended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CeremonyRow(Base):
    """A WebAuthn challenge that waits for its answer; gone with the first answer."""

    __tablename__ = "identity_ceremony"
    __data__ = Declared(
        technical=("id", "purpose", "challenge", "user_id", "session_id", "expires_at"),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __table_args__ = (
        CheckConstraint("purpose IN ('register', 'log_in', 'second_factor')", name="purpose"),
        CheckConstraint("(purpose = 'log_in') = (user_id IS NULL)", name="user_unless_log_in"),
        CheckConstraint("octet_length(challenge) >= 16", name="challenge_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_user.id"))
    session_id: Mapped[UUID | None]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class PaymentPasswordRow(Base):
    """A user's payment password; `failures` counts wrong ones since the last right one."""

    __tablename__ = "identity_payment_password"
    __data__ = Declared(
        core=("password_hash",),
        technical=("user_id", "failures", "locked_until", "changed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
