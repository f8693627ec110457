"""The tables of company users."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

IS_CURRENT = text("removed_at IS NULL")

_ROLES = "role IN ('holder', 'viewer', 'maker', 'checker', 'administrator')"


class MembershipRow(Base):
    """A user acts for a party; a change ends one row and begins another, so the past stays."""

    __tablename__ = "identity_membership"
    __data__ = Declared(
        important=("bands", "day_bands"),
        general=("role",),
        technical=("id", "user_id", "party_id", "starts_at", "ends_at", "removed_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("jsonb_typeof(bands) = 'object'", name="bands"),
        CheckConstraint("jsonb_typeof(day_bands) = 'object'", name="day_bands"),
        Index(
            "uq_identity_membership_current",
            "user_id",
            "party_id",
            unique=True,
            postgresql_where=IS_CURRENT,
        ),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    role: Mapped[str] = mapped_column(Text)
    bands: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    day_bands: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class InvitationRow(Base):
    """A membership offered to a log-in name, whether or not anybody has it yet."""

    __tablename__ = "identity_invitation"
    __data__ = Declared(
        important=("login", "bands", "day_bands"),
        general=("role",),
        technical=(
            "id",
            "party_id",
            "ends_at",
            "invited_by",
            "invited_at",
            "expires_at",
            "closed_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint(_ROLES, name="role"),
        CheckConstraint("expires_at > invited_at", name="expires_after_start"),
        Index(None, "login"),
        Index(None, "party_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    login: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    bands: Mapped[dict[str, Any]] = mapped_column(JSONB)
    day_bands: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    invited_by: Mapped[UUID]
    invited_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CompanyRow(Base):
    """How a company controls its users; its row is locked while they change."""

    __tablename__ = "identity_company"
    __data__ = Declared(
        general=("dual_control",),
        technical=("party_id",),
        keep=Keep.RELATION_AND_5_YEARS,
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    dual_control: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
