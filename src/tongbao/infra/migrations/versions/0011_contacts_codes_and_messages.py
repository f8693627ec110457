"""Contacts codes and messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_attempt",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key_tag", sa.LargeBinary(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "scope IN ('account', 'device', 'address')", name=op.f("ck_identity_attempt_scope")
        ),
        sa.CheckConstraint(
            "octet_length(key_tag) = 32", name=op.f("ck_identity_attempt_key_tag_length")
        ),
        sa.CheckConstraint("refusals >= 0", name=op.f("ck_identity_attempt_refusals")),
        sa.PrimaryKeyConstraint("scope", "key_tag", name=op.f("pk_identity_attempt")),
    )
    op.create_index(
        op.f("ix_identity_attempt_last_at"), "identity_attempt", ["last_at"], unique=False
    )
    op.create_table(
        "identity_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("code_tag", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(code_tag) = 32", name=op.f("ck_identity_code_code_tag_length")
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_identity_code_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_code")),
    )
    op.create_index(
        op.f("ix_identity_code_expires_at"), "identity_code", ["expires_at"], unique=False
    )
    op.create_table(
        "infra_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipient_tag", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_masked", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("gateway_reference", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'queued') = (sealed IS NOT NULL)",
            name=op.f("ck_infra_message_sealed_while_queued"),
        ),
        sa.CheckConstraint("channel IN ('phone', 'email')", name=op.f("ck_infra_message_channel")),
        sa.CheckConstraint("kind IN ('code', 'notice')", name=op.f("ck_infra_message_kind")),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_infra_message_language")),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'refused', 'failed', 'expired', 'held_back')",
            name=op.f("ck_infra_message_state"),
        ),
        sa.CheckConstraint(
            "octet_length(recipient_tag) = 32", name=op.f("ck_infra_message_recipient_tag_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_message")),
    )
    op.create_index(
        op.f("ix_infra_message_created_at"), "infra_message", ["created_at"], unique=False
    )
    op.create_index(
        "ix_infra_message_recipient", "infra_message", ["recipient_tag", "created_at"], unique=False
    )
    op.create_table(
        "identity_challenge",
        sa.Column("handle_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("factors", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('log_in', 'reset_password')", name=op.f("ck_identity_challenge_purpose")
        ),
        sa.CheckConstraint(
            "octet_length(handle_sha256) = 32",
            name=op.f("ck_identity_challenge_handle_sha256_length"),
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_identity_challenge_tries")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_challenge_user_id")
        ),
        sa.PrimaryKeyConstraint("handle_sha256", name=op.f("pk_identity_challenge")),
    )
    op.create_index(
        op.f("ix_identity_challenge_expires_at"), "identity_challenge", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_identity_challenge_user_id"), "identity_challenge", ["user_id"], unique=False
    )
    op.create_table(
        "identity_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'email')", name=op.f("ck_identity_contact_channel")
        ),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_identity_contact_language")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_contact_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_contact")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_identity_contact_channel_address")),
        sa.UniqueConstraint("user_id", "channel", name=op.f("uq_identity_contact_user_id_channel")),
    )
    op.create_table(
        "identity_security_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_security_event_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_security_event")),
    )
    op.create_index(
        op.f("ix_identity_security_event_user_id"),
        "identity_security_event",
        ["user_id"],
        unique=False,
    )
    op.add_column("identity_session", sa.Column("latitude_e4", sa.Integer(), nullable=True))
    op.add_column("identity_session", sa.Column("longitude_e4", sa.Integer(), nullable=True))
    op.add_column(
        "identity_user", sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.drop_column("identity_user", "locked_until")
    op.drop_column("identity_user", "failures")
