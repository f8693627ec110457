"""Approvals: policies, keys, instructions, signatures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals_policy",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(policy IS NULL) = (digest IS NULL)", name=op.f("ck_approvals_policy_digest_of_policy")
        ),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("ck_approvals_policy_digest_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_approvals_policy_version")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_approvals_policy_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", "version", name=op.f("pk_approvals_policy")),
    )
    op.create_table(
        "approvals_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("maker_id", sa.Uuid(), nullable=False),
        sa.Column("maker_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (state IN ('open', 'expired')) = (decided_by IS NULL)",
            name=op.f("ck_approvals_approval_decided"),
        ),
        sa.CheckConstraint(
            "state <> 'executed' OR decided_at < expires_at",
            name=op.f("ck_approvals_approval_in_time"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR decided_by = maker_id",
            name=op.f("ck_approvals_approval_withdrawn_by_maker"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'executed', 'refused', 'withdrawn', 'expired')",
            name=op.f("ck_approvals_approval_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('executed', 'refused') OR decided_by <> maker_id",
            name=op.f("ck_approvals_approval_four_eyes"),
        ),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (currency IS NULL)",
            name=op.f("ck_approvals_approval_amount_and_currency"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_approvals_approval_amount")),
        sa.CheckConstraint(
            "expires_at > made_at", name=op.f("ck_approvals_approval_expires_after_made")
        ),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("ck_approvals_approval_digest_length")
        ),
        sa.ForeignKeyConstraint(
            ["party_id", "policy_version"],
            ["approvals_policy.party_id", "approvals_policy.version"],
            name=op.f("fk_approvals_approval_party_id_policy_version"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_approvals_approval_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals_approval")),
    )
    op.create_index(
        "ix_approvals_approval_due",
        "approvals_approval",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_approvals_approval_maker_id_id"),
        "approvals_approval",
        ["maker_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_approvals_approval_party_id_id"),
        "approvals_approval",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "approvals_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 60", name=op.f("ck_approvals_key_name")
        ),
        sa.CheckConstraint(
            "octet_length(public_key) = 32", name=op.f("ck_approvals_key_public_key_length")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_approvals_key_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_approvals_key_public_key")),
    )
    op.create_index(op.f("ix_approvals_key_user_id"), "approvals_key", ["user_id"], unique=False)
    op.create_table(
        "approvals_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ed25519', 'passkey')", name=op.f("ck_approvals_signature_kind")
        ),
        sa.CheckConstraint(
            "octet_length(key_id) = 32", name=op.f("ck_approvals_signature_key_id_length")
        ),
        sa.CheckConstraint("stage >= 0", name=op.f("ck_approvals_signature_stage")),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approvals_approval.id"],
            name=op.f("fk_approvals_signature_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_approvals_signature_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals_signature")),
    )
    op.create_index(
        op.f("ix_approvals_signature_approval_id_id"),
        "approvals_signature",
        ["approval_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_approvals_signature_once",
        "approvals_signature",
        ["approval_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("voided_at IS NULL"),
    )
