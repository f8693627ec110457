"""The table of step-ups: what was asked to be confirmed, by whom, how, and when it was used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Text
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.crypto.columns import Sealed
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class StepUpRow(Base):
    """One step-up. Kept after its use: a passkey's signature over the digest is evidence."""

    __tablename__ = "identity_step_up"
    __data__ = Declared(
        core=("facts_sealed", "token_sha256"),
        important=("evidence",),
        general=("kind", "proof"),
        technical=(
            "id",
            "user_id",
            "session_id",
            "digest",
            "challenge",
            "attempts",
            "created_at",
            "expires_at",
            "confirmed_at",
            "token_expires_at",
            "spent_at",
        ),
        keep=Keep.AUDIT,
    )
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint("octet_length(token_sha256) = 32", name="token_sha256_length"),
        CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (token_sha256 IS NULL)", name="token_when_confirmed"
        ),
        CheckConstraint("spent_at IS NULL OR confirmed_at IS NOT NULL", name="spent_if_confirmed"),
        Index(None, "user_id", "created_at"),
    )

    __sealed__ = (Sealed("facts_sealed", owner="user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    session_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    facts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[str] = mapped_column(Text)
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=sql_text("0"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    token_sha256: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    token_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    spent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
