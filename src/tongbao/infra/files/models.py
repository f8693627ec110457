"""The tables of files: contents by digest, and who has them under what name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Integer, LargeBinary, SmallInteger
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class FileContentRow(Base):
    """The bytes of one harmless file, kept once however often they were sent."""

    __tablename__ = "infra_file_content"
    __data__ = Declared(
        core=("content",),
        technical=("sha256", "media_type", "width", "height", "pages"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("octet_length(content) BETWEEN 1 AND 8388608", name="content"),
        CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type"),
    )

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    media_type: Mapped[str] = mapped_column(SqlText)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(SmallInteger)


class FileRow(Base):
    """One file somebody sent. `owner_id` is whatever it belongs to; its module knows."""

    __tablename__ = "infra_file"
    __data__ = Declared(
        important=("name",),
        general=("purpose",),
        technical=("id", "sha256", "owner_id", "created_by", "created_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        CheckConstraint("char_length(purpose) BETWEEN 1 AND 60", name="purpose_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(ForeignKey("infra_file_content.sha256"), index=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(SqlText)
    name: Mapped[str] = mapped_column(SqlText)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
