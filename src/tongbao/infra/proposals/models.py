"""The table of proposals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class ProposalRow(Base):
    """What was proposed, exactly, and what became of it.

    `payload` is canonical JSON as text, because `digest` is over these very bytes. `person_id` is
    the maker's natural person, where known. `party_id` is whose business it is; none: the bank's.
    """

    __tablename__ = "infra_proposal"
    __data__ = Declared(
        important=("payload", "maker_name", "reason", "note"),
        general=("action", "approve_permission"),
        technical=(
            "id",
            "digest",
            "party_id",
            "maker_id",
            "person_id",
            "state",
            "made_at",
            "expires_at",
            "decided_at",
            "decided_by",
            "location",
        ),
        keep=Keep.AUDIT,
    )
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'executed', 'refused', 'withdrawn', 'expired')", name="state"
        ),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint("expires_at > made_at", name="expires_after_made"),
        CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL)"
            " AND (state IN ('pending', 'expired')) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("state <> 'executed' OR decided_by <> maker_id", name="four_eyes"),
        CheckConstraint("state <> 'withdrawn' OR decided_by = maker_id", name="withdrawn_by_maker"),
        Index(None, "maker_id", "id"),
        Index(
            "ix_infra_proposal_pending",
            "party_id",
            "approve_permission",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_infra_proposal_due", "expires_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    party_id: Mapped[UUID | None]
    maker_id: Mapped[UUID]
    maker_name: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None]
    approve_permission: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
