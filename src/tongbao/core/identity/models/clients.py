"""The tables of partner clients."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

CLIENT: str = "identity_client.id"


class ClientRow(Base):
    """One client; `party_id` is the party it acts for, empty for a system.

    `misplaced_at`, `misplaced_from`: when and from where a token of it was last shown outside its
    networks.
    """

    __tablename__ = "identity_client"
    __data__ = Declared(
        general=("name", "scopes", "networks", "misplaced_from"),
        technical=("id", "party_id", "status", "created_at", "misplaced_at"),
        keep=Keep.CONFIGURATION,
    )
    __table_args__ = (
        CheckConstraint("status IN ('active', 'disabled')", name="status"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes_some"),
        CheckConstraint("(misplaced_at IS NULL) = (misplaced_from IS NULL)", name="misplaced"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties_party.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    misplaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    misplaced_from: Mapped[str | None] = mapped_column(Text)


class ClientSecretRow(Base):
    """A secret, known only by its SHA-256: it has 256 random bits, there is nothing to guess."""

    __tablename__ = "identity_client_secret"
    __data__ = Declared(
        core=("secret_sha256",),
        technical=("id", "client_id", "created_at", "expires_at"),
        keep=Keep.CONFIGURATION,
    )
    __table_args__ = (
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256_length"),
        CheckConstraint("expires_at >= created_at", name="expires_after_creation"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT), index=True)
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ClientKeyRow(Base):
    """A public key that checks the client's assertions."""

    __tablename__ = "identity_client_key"
    __data__ = Declared(
        general=("jwk",),
        technical=("client_id", "kid", "created_at"),
        keep=Keep.CONFIGURATION,
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT), primary_key=True)
    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    jwk: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ClientTokenRow(Base):
    """A client's bearer token, known only by its SHA-256."""

    __tablename__ = "identity_client_token"
    __data__ = Declared(
        core=("token_sha256",),
        general=("scopes",),
        technical=("client_id", "issued_at", "expires_at", "revoked_at"),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __table_args__ = (
        CheckConstraint("octet_length(token_sha256) = 32", name="token_sha256_length"),
        CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
    )

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClientAssertionRow(Base):
    """An assertion that was used, remembered until it is too old to be accepted again."""

    __tablename__ = "identity_client_assertion"
    __data__ = Declared(
        technical=("client_id", "jti", "expires_at"),
        keep=Keep.SHORT,
        over="expires_at",
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey(CLIENT), primary_key=True)
    jti: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
