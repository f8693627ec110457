"""The table of messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto import SYSTEM, Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class MessageRow(Base):
    """One message; `sealed` holds address and secrets, encrypted, until nobody needs them.

    `recipient_tag` is a keyed hash of the address, by which messages to it are counted.
    """

    __tablename__ = "infra_message"
    __data__ = Declared(
        core=("recipient_tag", "sealed"),
        important=("recipient_masked", "facts"),
        general=("channel", "template", "version", "kind", "language"),
        technical=(
            "id",
            "state",
            "attempts",
            "gateway_reference",
            "created_at",
            "expires_at",
            "ended_at",
        ),
        keep=Keep.LOGS_6_MONTHS,
    )
    __sealed__ = (Sealed("sealed", owner=SYSTEM),)
    __table_args__ = (
        CheckConstraint("channel IN ('phone', 'email')", name="channel"),
        CheckConstraint("kind IN ('code', 'notice', 'alert', 'information')", name="kind"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
        CheckConstraint(
            "state IN ('queued', 'sent', 'refused', 'failed', 'expired', 'held_back')",
            name="state",
        ),
        CheckConstraint("(state = 'queued') = (sealed IS NOT NULL)", name="sealed_while_queued"),
        CheckConstraint("octet_length(recipient_tag) = 32", name="recipient_tag_length"),
        Index("ix_infra_message_recipient", "recipient_tag", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    recipient_tag: Mapped[bytes] = mapped_column(LargeBinary)
    recipient_masked: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    gateway_reference: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
