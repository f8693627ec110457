"""What is remembered about the SQL files that were run last."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.tables import Base


class AppliedScripts(Base):
    """One row: the SHA-256 of all SQL files as they were last run."""

    __tablename__ = "infra_applied_scripts"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
