"""What is remembered about the SQL that was run last: our files, and the job library's."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class AppliedScripts(Base):
    """One row: the SHA-256 of all SQL files as they were last run."""

    __tablename__ = "infra_applied_scripts"
    __data__ = Declared(
        technical=("digest", "applied_at"),
        keep=Keep.CONFIGURATION,
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class JobLibrary(Base):
    """The versions of the job library whose tables this database has had; the newest row counts."""

    __tablename__ = "infra_job_library"
    __data__ = Declared(
        technical=("version", "applied_at"),
        keep=Keep.CONFIGURATION,
    )

    version: Mapped[str] = mapped_column(Text, primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
