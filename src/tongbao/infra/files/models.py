"""The table of files: what is known of each, and its bytes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Integer, LargeBinary, SmallInteger
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto.columns import Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class FileRow(Base):
    """One harmless file somebody sent. `owner_id` is whatever it belongs to; its module knows.

    Its bytes are sealed with the owner's key, so the same bytes of two owners are kept twice.
    """

    __tablename__ = "infra_file"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        CheckConstraint("char_length(purpose) BETWEEN 1 AND 60", name="purpose_length"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("octet_length(content_sealed) BETWEEN 1 AND 8389632", name="content"),
        CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type"),
    )
    __data__ = Declared(
        core=("content_sealed",),
        important=("name",),
        general=("purpose",),
        technical=(
            "id",
            "owner_id",
            "sha256",
            "media_type",
            "width",
            "height",
            "pages",
            "created_by",
            "created_at",
        ),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __sealed__ = (Sealed("content_sealed", owner="owner_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(SqlText)
    name: Mapped[str] = mapped_column(SqlText)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(SqlText)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(SmallInteger)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
