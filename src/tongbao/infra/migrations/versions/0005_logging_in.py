"""Logging in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("browser_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_device_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_device")),
        sa.UniqueConstraint(
            "user_id", "browser_id", name=op.f("uq_identity_device_user_id_browser_id")
        ),
    )
    op.create_table(
        "identity_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("factors", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_identity_session_ended_for_a_reason"),
        ),
        sa.CheckConstraint(
            "cardinality(factors) > 0", name=op.f("ck_identity_session_factors_some")
        ),
        sa.CheckConstraint(
            "expires_at > began_at", name=op.f("ck_identity_session_expires_after_beginning")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["identity_device.id"], name=op.f("fk_identity_session_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_session_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_session")),
    )
    op.create_index(
        op.f("ix_identity_session_device_id"), "identity_session", ["device_id"], unique=False
    )
    op.create_index(
        op.f("ix_identity_session_expires_at"), "identity_session", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_identity_session_user_id_open",
        "identity_session",
        ["user_id", "began_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "identity_session_secret",
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(secret_sha256) = 32",
            name=op.f("ck_identity_session_secret_secret_sha256_length"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["identity_session.id"],
            name=op.f("fk_identity_session_secret_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_identity_session_secret")),
    )
    op.create_index(
        op.f("ix_identity_session_secret_session_id"),
        "identity_session_secret",
        ["session_id"],
        unique=False,
    )
    op.add_column(
        "identity_token",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.add_column(
        "identity_token",
        sa.Column(
            "factors",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{password}'::text[]"),
            nullable=False,
        ),
    )
    op.create_unique_constraint(op.f("uq_identity_token_id"), "identity_token", ["id"])
    op.create_check_constraint(
        op.f("ck_identity_token_factors_some"), "identity_token", "cardinality(factors) > 0"
    )
