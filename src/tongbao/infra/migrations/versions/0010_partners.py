"""Partner clients, and webhooks to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
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
    op.create_table(
        "infra_webhooks_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'paused', 'disabled')",
            name=op.f("ck_infra_webhooks_endpoint_status"),
        ),
        sa.CheckConstraint(
            "cardinality(types) > 0", name=op.f("ck_infra_webhooks_endpoint_types_some")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_webhooks_endpoint")),
    )
    op.create_index(
        op.f("ix_infra_webhooks_endpoint_owner_id"),
        "infra_webhooks_endpoint",
        ["owner_id"],
        unique=False,
    )
    op.create_table(
        "infra_webhooks_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_webhooks_message")),
        sa.UniqueConstraint("seq", name=op.f("uq_infra_webhooks_message_seq")),
    )
    op.create_index(
        op.f("ix_infra_webhooks_message_created_at"),
        "infra_webhooks_message",
        ["created_at"],
        unique=False,
    )
    op.create_table(
        "infra_webhooks_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'pending') = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_infra_webhooks_delivery_pending_has_a_time"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')",
            name=op.f("ck_infra_webhooks_delivery_status"),
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["infra_webhooks_endpoint.id"],
            name=op.f("fk_infra_webhooks_delivery_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["infra_webhooks_message.id"],
            name=op.f("fk_infra_webhooks_delivery_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_webhooks_delivery")),
        sa.UniqueConstraint(
            "endpoint_id",
            "message_id",
            name=op.f("uq_infra_webhooks_delivery_endpoint_id_message_id"),
        ),
    )
    op.create_index(
        "ix_infra_webhooks_delivery_endpoint_id_id",
        "infra_webhooks_delivery",
        ["endpoint_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_infra_webhooks_delivery_endpoint_id_next_attempt_at"),
        "infra_webhooks_delivery",
        ["endpoint_id", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        op.f("ix_infra_webhooks_delivery_message_id"),
        "infra_webhooks_delivery",
        ["message_id"],
        unique=False,
    )
    op.create_table(
        "infra_webhooks_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["infra_webhooks_endpoint.id"],
            name=op.f("fk_infra_webhooks_secret_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_webhooks_secret")),
    )
    op.create_index(
        op.f("ix_infra_webhooks_secret_endpoint_id"),
        "infra_webhooks_secret",
        ["endpoint_id"],
        unique=False,
    )
    op.create_table(
        "infra_webhooks_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["infra_webhooks_delivery.id"],
            name=op.f("fk_infra_webhooks_attempt_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_webhooks_attempt")),
    )
    op.create_index(
        op.f("ix_infra_webhooks_attempt_delivery_id"),
        "infra_webhooks_attempt",
        ["delivery_id"],
        unique=False,
    )
