"""Tables of the outbox. `sql/outbox.sql` adds how events get their numbers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class OutboxRow(Base):
    """One event. Rows are appended and, when old and read by everybody, removed; never changed.

    `seq` defaults to `infra_outbox_next_seq()`; leave it out of every INSERT.
    """

    __tablename__ = "infra_outbox"
    __data__ = Declared(
        important=("payload",),
        general=("type",),
        technical=("seq", "version", "subject", "occurred_at"),
        keep=Keep.SHORT,
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CursorRow(Base):
    """How far one consumer has read: every event up to `seq` is done with.

    `failures` counts the attempts at the event after `seq`, not to be repeated before `retry_at`.
    """

    __tablename__ = "infra_outbox_cursor"
    __data__ = Declared(
        technical=("consumer", "seq", "failures", "retry_at", "error"),
        keep=Keep.CONFIGURATION,
    )

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    retry_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)


class ParkedRow(Base):
    """An event that one consumer could not handle, kept whole until it is replayed."""

    __tablename__ = "infra_outbox_parked"
    __data__ = Declared(
        important=("payload",),
        general=("type",),
        technical=(
            "consumer",
            "seq",
            "version",
            "subject",
            "occurred_at",
            "attempts",
            "error",
            "parked_at",
        ),
        keep=Keep.SHORT,
    )

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (Index(None, "subject"),)
