"""The tables of logging in by an account at somebody else's (OpenID Connect)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import SYSTEM, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class ExternalLoginRow(Base):
    """A provider's account, known by issuer and subject alone, that logs in as a user."""

    __tablename__ = "identity_external_login"
    __data__ = Declared(
        important=("subject",),
        general=("issuer",),
        technical=("user_id", "linked_at", "last_used_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    issuer: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ExternalFlowRow(Base):
    """A browser that was sent to a provider and has not come back; gone when it does."""

    __tablename__ = "identity_external_flow"
    __data__ = Declared(
        core=("state_sha256", "browser_sha256", "sealed_verifier"),
        general=("provider", "return_to"),
        technical=("nonce", "link_user_id", "link_session_id", "expires_at"),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __sealed__ = (Sealed("sealed_verifier", owner=SYSTEM),)
    __table_args__ = (
        CheckConstraint("octet_length(state_sha256) = 32", name="state_sha256_length"),
        CheckConstraint("octet_length(browser_sha256) = 32", name="browser_sha256_length"),
    )

    state_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    browser_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    provider: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str] = mapped_column(Text)
    sealed_verifier: Mapped[bytes] = mapped_column(LargeBinary)
    return_to: Mapped[str] = mapped_column(Text)
    link_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_user.id"))
    link_session_id: Mapped[UUID | None]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class ExternalRegistrationRow(Base):
    """A provider's account nobody here has: good for registering as a new user, once."""

    __tablename__ = "identity_external_registration"
    __data__ = Declared(
        core=("ticket_sha256",),
        important=("subject", "name"),
        general=("issuer",),
        technical=("expires_at",),
        keep=Keep.SHORT,
        over="expires_at",
    )
    __table_args__ = (
        CheckConstraint("octet_length(ticket_sha256) = 32", name="ticket_sha256_length"),
    )

    ticket_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
