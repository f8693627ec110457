"""Second factors, step-up, log-in by third parties, confirmed payees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_external_registration",
        sa.Column("ticket_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(ticket_sha256) = 32",
            name=op.f("ck_identity_external_registration_ticket_sha256_length"),
        ),
        sa.PrimaryKeyConstraint("ticket_sha256", name=op.f("pk_identity_external_registration")),
    )
    op.create_index(
        op.f("ix_identity_external_registration_expires_at"),
        "identity_external_registration",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "identity_ceremony",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'log_in') = (user_id IS NULL)",
            name=op.f("ck_identity_ceremony_user_unless_log_in"),
        ),
        sa.CheckConstraint(
            "purpose IN ('register', 'log_in', 'second_factor')",
            name=op.f("ck_identity_ceremony_purpose"),
        ),
        sa.CheckConstraint(
            "octet_length(challenge) >= 16", name=op.f("ck_identity_ceremony_challenge_length")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_ceremony_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_ceremony")),
    )
    op.create_index(
        op.f("ix_identity_ceremony_expires_at"), "identity_ceremony", ["expires_at"], unique=False
    )
    op.create_table(
        "identity_external_flow",
        sa.Column("state_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("browser_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("sealed_verifier", sa.LargeBinary(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("link_user_id", sa.Uuid(), nullable=True),
        sa.Column("link_session_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(browser_sha256) = 32",
            name=op.f("ck_identity_external_flow_browser_sha256_length"),
        ),
        sa.CheckConstraint(
            "octet_length(state_sha256) = 32",
            name=op.f("ck_identity_external_flow_state_sha256_length"),
        ),
        sa.ForeignKeyConstraint(
            ["link_user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_external_flow_link_user_id"),
        ),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_identity_external_flow")),
    )
    op.create_index(
        op.f("ix_identity_external_flow_expires_at"),
        "identity_external_flow",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "identity_external_login",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_external_login_user_id")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity_external_login")),
    )
    op.create_index(
        op.f("ix_identity_external_login_user_id"),
        "identity_external_login",
        ["user_id"],
        unique=False,
    )
    op.create_table(
        "identity_passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("aaguid", sa.Uuid(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 60", name=op.f("ck_identity_passkey_name")
        ),
        sa.CheckConstraint(
            "octet_length(credential_id) BETWEEN 1 AND 1023",
            name=op.f("ck_identity_passkey_credential_id"),
        ),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_identity_passkey_sign_count")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_passkey_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_identity_passkey_credential_id")),
    )
    op.create_index(
        op.f("ix_identity_passkey_user_id"), "identity_passkey", ["user_id"], unique=False
    )
    op.create_table(
        "identity_payment_password",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_identity_payment_password_failures")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_payment_password_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_identity_payment_password")),
    )
    op.create_table(
        "identity_recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(code_sha256) = 32",
            name=op.f("ck_identity_recovery_code_code_sha256_length"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_sha256", name=op.f("pk_identity_recovery_code")),
    )
    op.create_table(
        "identity_step_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (token_sha256 IS NULL)",
            name=op.f("ck_identity_step_up_token_when_confirmed"),
        ),
        sa.CheckConstraint("attempts BETWEEN 0 AND 5", name=op.f("ck_identity_step_up_attempts")),
        sa.CheckConstraint(
            "octet_length(digest) = 32", name=op.f("ck_identity_step_up_digest_length")
        ),
        sa.CheckConstraint(
            "octet_length(token_sha256) = 32", name=op.f("ck_identity_step_up_token_sha256_length")
        ),
        sa.CheckConstraint(
            "spent_at IS NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_identity_step_up_spent_if_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_step_up_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_step_up")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_identity_step_up_token_sha256")),
    )
    op.create_index(
        op.f("ix_identity_step_up_user_id_created_at"),
        "identity_step_up",
        ["user_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "identity_totp",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (last_step IS NULL)",
            name=op.f("ck_identity_totp_confirmed_by_a_step"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_totp_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_identity_totp")),
    )
    op.create_table(
        "payments_payee",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_payee_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", "account_number", name=op.f("pk_payments_payee")),
    )
