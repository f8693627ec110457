"""Partner clients: their secrets, keys, tokens and used assertions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("networks", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'disabled')", name=op.f("ck_identity_client_status")
        ),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_identity_client_scopes_some")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_identity_client_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_client")),
    )
    op.create_index(
        op.f("ix_identity_client_party_id"), "identity_client", ["party_id"], unique=False
    )
    op.create_table(
        "identity_client_assertion",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["identity_client.id"],
            name=op.f("fk_identity_client_assertion_client_id"),
        ),
        sa.PrimaryKeyConstraint("client_id", "jti", name=op.f("pk_identity_client_assertion")),
    )
    op.create_table(
        "identity_client_key",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["identity_client.id"], name=op.f("fk_identity_client_key_client_id")
        ),
        sa.PrimaryKeyConstraint("client_id", "kid", name=op.f("pk_identity_client_key")),
    )
    op.create_table(
        "identity_client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expires_at >= created_at",
            name=op.f("ck_identity_client_secret_expires_after_creation"),
        ),
        sa.CheckConstraint(
            "octet_length(secret_sha256) = 32",
            name=op.f("ck_identity_client_secret_secret_sha256_length"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["identity_client.id"], name=op.f("fk_identity_client_secret_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_client_secret")),
    )
    op.create_index(
        op.f("ix_identity_client_secret_client_id"),
        "identity_client_secret",
        ["client_id"],
        unique=False,
    )
    op.create_table(
        "identity_client_token",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "expires_at > issued_at", name=op.f("ck_identity_client_token_expires_after_issue")
        ),
        sa.CheckConstraint(
            "octet_length(token_sha256) = 32",
            name=op.f("ck_identity_client_token_token_sha256_length"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["identity_client.id"], name=op.f("fk_identity_client_token_client_id")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_identity_client_token")),
    )
    op.create_index(
        op.f("ix_identity_client_token_client_id"),
        "identity_client_token",
        ["client_id"],
        unique=False,
    )
