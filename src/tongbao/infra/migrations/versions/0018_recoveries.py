"""Recoveries of accounts whose factors are lost; what a log-in's challenge goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_identity_challenge_purpose"), "identity_challenge", type_="check")
    op.create_check_constraint(
        op.f("ck_identity_challenge_purpose"),
        "identity_challenge",
        "purpose IN ('log_in', 'reset_password', 'recover_factors')",
    )
    op.add_column(
        "identity_challenge",
        sa.Column("proven", sa.Text(), server_default=sa.text("'password'"), nullable=False),
    )
    op.add_column("identity_challenge", sa.Column("browser_sha256", sa.LargeBinary()))
    op.create_check_constraint(
        op.f("ck_identity_challenge_proven"),
        "identity_challenge",
        "proven IN ('password', 'external', 'otp')",
    )
    op.create_check_constraint(
        op.f("ck_identity_challenge_browser_sha256_length"),
        "identity_challenge",
        "octet_length(browser_sha256) = 32",
    )
    op.create_table(
        "identity_factor_recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("factor", sa.Text(), nullable=False),
        sa.Column("cancel_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("means", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "octet_length(cancel_sha256) = 32",
            name=op.f("ck_identity_factor_recovery_cancel_sha256_length"),
        ),
        sa.CheckConstraint(
            "requested_at < ready_at AND ready_at < expires_at",
            name=op.f("ck_identity_factor_recovery_waits"),
        ),
        sa.CheckConstraint(
            "ending IN ('completed', 'cancelled', 'expired')",
            name=op.f("ck_identity_factor_recovery_ending"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ending IS NULL)",
            name=op.f("ck_identity_factor_recovery_ended_somehow"),
        ),
        sa.CheckConstraint(
            "ending <> 'completed' OR (ended_at >= ready_at AND ended_at < expires_at)",
            name=op.f("ck_identity_factor_recovery_completed_in_time"),
        ),
        sa.CheckConstraint(
            "((ending = 'cancelled') IS TRUE) = (means IS NOT NULL)",
            name=op.f("ck_identity_factor_recovery_cancelled_by_something"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_factor_recovery_user_id_identity_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_factor_recovery")),
        sa.UniqueConstraint(
            "cancel_sha256", name=op.f("uq_identity_factor_recovery_cancel_sha256")
        ),
    )
    op.create_index(
        "ix_identity_factor_recovery_open",
        "identity_factor_recovery",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_identity_factor_recovery_completed",
        "identity_factor_recovery",
        ["user_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("ending = 'completed'"),
    )
