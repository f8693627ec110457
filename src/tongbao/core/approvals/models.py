"""The tables of approvals: keys, policies, instructions, signatures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base


class KeyRow(Base):
    """The public half of an Ed25519 key that a user signs with."""

    __tablename__ = "approvals_key"
    __data__ = Declared(
        important=("public_key",),
        general=("name",),
        technical=("id", "user_id", "created_at", "revoked_at"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("octet_length(public_key) = 32", name="public_key_length"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PolicyRow(Base):
    """One version of an organisation's policy; the highest is the one in use.

    `policy` is canonical JSON as text, because `digest` is over these very bytes; without one the
    organisation has no policy from then on. `approval_id` is the instruction that changed it.
    """

    __tablename__ = "approvals_policy"
    __data__ = Declared(
        important=("policy",),
        technical=("party_id", "version", "digest", "set_by", "set_at", "approval_id"),
        keep=Keep.RELATION_AND_5_YEARS,
    )
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint("(policy IS NULL) = (digest IS NULL)", name="digest_of_policy"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    policy: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approval_id: Mapped[UUID | None]


class ApprovalRow(Base):
    """An instruction that waits for signatures, and what became of it.

    `document` is what is signed, in canonical form; `payload` what will be done, as the module
    that does it declares it. `person_id` is the maker's natural person, where known.
    """

    __tablename__ = "approvals_approval"
    __data__ = Declared(
        important=("payload", "document", "amount_minor", "maker_name", "note"),
        general=("instruction", "currency"),
        technical=(
            "id",
            "digest",
            "party_id",
            "policy_version",
            "maker_id",
            "person_id",
            "state",
            "made_at",
            "expires_at",
            "decided_at",
            "decided_by",
            "location",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'executed', 'refused', 'withdrawn', 'expired')", name="state"
        ),
        CheckConstraint("octet_length(digest) = 32", name="digest_length"),
        CheckConstraint("expires_at > made_at", name="expires_after_made"),
        CheckConstraint("(amount_minor IS NULL) = (currency IS NULL)", name="amount_and_currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)"
            " AND (state IN ('open', 'expired')) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "state NOT IN ('executed', 'refused') OR decided_by <> maker_id", name="four_eyes"
        ),
        CheckConstraint("state <> 'withdrawn' OR decided_by = maker_id", name="withdrawn_by_maker"),
        CheckConstraint("state <> 'executed' OR decided_at < expires_at", name="in_time"),
        ForeignKeyConstraint(
            ["party_id", "policy_version"],
            ["approvals_policy.party_id", "approvals_policy.version"],
        ),
        Index(None, "maker_id", "id"),
        Index(None, "party_id", "id"),
        Index("ix_approvals_approval_due", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instruction: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("parties_party.id"))
    policy_version: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(Text)
    maker_id: Mapped[UUID]
    maker_name: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)


class SignatureRow(Base):
    """One approver's signature over one instruction, with all it takes to prove it.

    `proof` is what the key signed and the signature, as the export tells them. A signature of
    somebody who may no longer sign is voided, never changed in any other way.
    """

    __tablename__ = "approvals_signature"
    __data__ = Declared(
        important=("signer_name", "public_key", "proof"),
        general=("role", "kind"),
        technical=(
            "id",
            "approval_id",
            "user_id",
            "person_id",
            "stage",
            "key_id",
            "signed_at",
            "voided_at",
        ),
        keep=Keep.BOOKS,
    )
    __table_args__ = (
        CheckConstraint("kind IN ('ed25519', 'passkey')", name="kind"),
        CheckConstraint("stage >= 0", name="stage"),
        CheckConstraint("octet_length(key_id) = 32", name="key_id_length"),
        Index(
            "uq_approvals_signature_once",
            "approval_id",
            "user_id",
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
        Index(None, "approval_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals_approval.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("identity_user.id"))
    person_id: Mapped[UUID | None]
    signer_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    stage: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    key_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
