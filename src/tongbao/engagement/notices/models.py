"""Tables of notices: the inbox, what was sent of it, preferences, and the live feed."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base

USER = "identity_user.id"


class NoticeRow(Base):
    """One notice in one person's inbox; its texts are made of `facts` when it is read."""

    __tablename__ = "notices_notice"
    __data__ = Declared(
        important=("facts",),
        general=("code", "category", "critical"),
        technical=(
            "id",
            "user_id",
            "party_id",
            "event_seq",
            "version",
            "happened_at",
            "created_at",
            "read_at",
            "archived_at",
        ),
        keep=Keep.LOGS_6_MONTHS,
        over="created_at",
    )
    __table_args__ = (
        # An event tells a person of one thing once, whatever becomes of its reader.
        UniqueConstraint("event_seq", "user_id", "code"),
        Index("ix_notices_notice_inbox", "user_id", "id"),
        Index(
            "ix_notices_notice_unread",
            "user_id",
            postgresql_where=text("read_at IS NULL AND archived_at IS NULL"),
        ),
        Index(None, "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(USER))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties_party.id"), index=True)
    event_seq: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(SmallInteger)
    category: Mapped[str] = mapped_column(Text)
    critical: Mapped[bool] = mapped_column(Boolean)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    happened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MessageRow(Base):
    """What was sent of a notice by one channel; `message_id` is None where the cap held it."""

    __tablename__ = "notices_message"
    __data__ = Declared(
        general=("channel",),
        technical=("notice_id", "user_id", "message_id", "critical", "not_before", "created_at"),
        keep=Keep.LOGS_6_MONTHS,
    )
    __table_args__ = (
        CheckConstraint("channel IN ('phone', 'email')", name="channel"),
        Index("ix_notices_message_sent", "user_id", "channel", "created_at"),
    )

    notice_id: Mapped[UUID] = mapped_column(
        ForeignKey("notices_notice.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(USER))
    message_id: Mapped[UUID | None]
    critical: Mapped[bool] = mapped_column(Boolean)
    not_before: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PreferenceRow(Base):
    """What a person chose; who has no row has the defaults. No quiet hours: all three are null."""

    __tablename__ = "notices_preference"
    __data__ = Declared(
        general=("choices", "quiet_begins", "quiet_ends", "quiet_zone"),
        technical=("user_id", "changed_at"),
        keep=Keep.CONFIGURATION,
    )
    __table_args__ = (
        CheckConstraint("jsonb_typeof(choices) = 'object'", name="choices"),
        CheckConstraint(
            "num_nulls(quiet_begins, quiet_ends, quiet_zone) IN (0, 3)", name="quiet_whole"
        ),
        CheckConstraint("quiet_begins <> quiet_ends", name="quiet_length"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(USER), primary_key=True)
    choices: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    quiet_begins: Mapped[time | None] = mapped_column(Time)
    quiet_ends: Mapped[time | None] = mapped_column(Time)
    quiet_zone: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReaderRow(Base):
    """Somebody who has a page open, or had one of late: for them the feed is written.

    `last_seq` is the number of the last event of their feed; it never goes back, and leaves one
    number out when they were away so long that the feed was not written.
    """

    __tablename__ = "notices_reader"
    __data__ = Declared(
        technical=("user_id", "watching", "last_seq", "seen_at"), keep=Keep.CONFIGURATION
    )
    __table_args__ = (
        Index("ix_notices_reader_watching", "seen_at", postgresql_where=text("watching")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(USER), primary_key=True)
    watching: Mapped[bool] = mapped_column(Boolean)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FeedRow(Base):
    """One event of one person's live feed, numbered without gaps while they watch."""

    __tablename__ = "notices_feed"
    __data__ = Declared(
        important=("data",),
        general=("kind",),
        technical=("user_id", "seq", "written_at"),
        keep=Keep.SHORT,
        over="written_at",
    )
    __table_args__ = (Index(None, "written_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey(USER), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
