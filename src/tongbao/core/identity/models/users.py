"""The tables of users and their tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class UserRow(Base):
    """One user; `password_changed_at` is None for the password they were created with.

    `person_id` is the natural person behind the log-in, where known.
    """

    __tablename__ = "identity_user"
    __data__ = Declared(
        core=("password_hash",),
        important=("login", "name"),
        general=("kind", "roles"),
        technical=("id", "password_changed_at", "person_id", "blocked_at", "created_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('customer', 'staff', 'service')", name="kind"),
        CheckConstraint("login = lower(login)", name="login_lower_case"),
        CheckConstraint("cardinality(roles) > 0", name="roles_some"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    password_hash: Mapped[str] = mapped_column(Text)
    password_changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties_party.id"))
    blocked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TokenRow(Base):
    """A bearer token, known only by its SHA-256; `id` is what others may call it by."""

    __tablename__ = "identity_token"
    __data__ = Declared(
        core=("token_sha256",),
        general=("factors",),
        technical=("id", "user_id", "issued_at", "expires_at", "revoked_at"),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __table_args__ = (
        CheckConstraint("octet_length(token_sha256) = 32", name="token_sha256_length"),
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        CheckConstraint("cardinality(factors) > 0", name="factors_some"),
    )

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    factors: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{password}'::text[]")
    )
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
