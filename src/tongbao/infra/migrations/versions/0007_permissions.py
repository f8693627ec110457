"""Company users with roles per party, proposals, reasons of frozen accounts, blocked users."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "infra_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("maker_id", sa.Uuid(), nullable=False),
        sa.Column("maker_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("approve_permission", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL) AND (state IN ('pending', 'expired')) = (decided_by IS NULL)",
            name=op.f("ck_infra_proposal_decided"),
        ),
        sa.CheckConstraint(
            "state <> 'executed' OR decided_by <> maker_id",
            name=op.f("ck_infra_proposal_four_eyes"),
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR decided_by = maker_id",
            name=op.f("ck_infra_proposal_withdrawn_by_maker"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'executed', 'refused', 'withdrawn', 'expired')",
            name=op.f("ck_infra_proposal_state"),
        ),
        sa.CheckConstraint(
            "expires_at > made_at", name=op.f("ck_infra_proposal_expires_after_made")
        ),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("ck_infra_proposal_digest_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_proposal")),
    )
    op.create_index(
        "ix_infra_proposal_due",
        "infra_proposal",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        op.f("ix_infra_proposal_maker_id_id"), "infra_proposal", ["maker_id", "id"], unique=False
    )
    op.create_index(
        "ix_infra_proposal_pending",
        "infra_proposal",
        ["party_id", "approve_permission", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "identity_company",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("dual_control", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_identity_company_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_identity_company")),
    )
    op.create_table(
        "identity_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("bands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('holder', 'viewer', 'maker', 'checker', 'administrator')",
            name=op.f("ck_identity_invitation_role"),
        ),
        sa.CheckConstraint(
            "expires_at > invited_at", name=op.f("ck_identity_invitation_expires_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_identity_invitation_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_invitation")),
    )
    op.create_index(
        op.f("ix_identity_invitation_login"), "identity_invitation", ["login"], unique=False
    )
    op.create_index(
        op.f("ix_identity_invitation_party_id_id"),
        "identity_invitation",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "accounts_status_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'frozen', 'closed')", name=op.f("ck_accounts_status_change_status")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 500", name=op.f("ck_accounts_status_change_reason")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts_account.id"],
            name=op.f("fk_accounts_status_change_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_status_change")),
    )
    op.create_index(
        op.f("ix_accounts_status_change_account_id_id"),
        "accounts_status_change",
        ["account_id", "id"],
        unique=False,
    )
    op.create_table(
        "identity_membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "bands",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(bands) = 'object'", name=op.f("ck_identity_membership_bands")
        ),
        sa.CheckConstraint(
            "role IN ('holder', 'viewer', 'maker', 'checker', 'administrator')",
            name=op.f("ck_identity_membership_role"),
        ),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck_identity_membership_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_identity_membership_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_membership_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_membership")),
    )
    op.create_index(
        op.f("ix_identity_membership_party_id_id"),
        "identity_membership",
        ["party_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_identity_membership_current",
        "identity_membership",
        ["user_id", "party_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    # Whoever acted for a party could do everything: that is a holder. Ids of version 8 (RFC 9562)
    # are made of the pair.
    op.execute("""
        INSERT INTO identity_membership (id, user_id, party_id, role, starts_at)
        SELECT CAST(overlay(overlay(md5(p.user_id::text || p.party_id::text) placing '8' from 13)
                            placing '8' from 17) AS uuid),
               p.user_id, p.party_id, 'holder', u.created_at
          FROM identity_user_party p JOIN identity_user u ON u.id = p.user_id
    """)
    op.drop_index(op.f("ix_identity_user_party_party_id"), table_name="identity_user_party")
    op.drop_table("identity_user_party")
    op.add_column("identity_user", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column(
        "identity_user", sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_identity_user_person_id"), "identity_user", "parties_party", ["person_id"], ["id"]
    )
