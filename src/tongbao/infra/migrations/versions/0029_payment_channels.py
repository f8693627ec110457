"""Payment channels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels_breaker",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("circuit", sa.Text(), server_default=sa.text("'closed'"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures_in_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("probed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "minutes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "circuit IN ('closed', 'open', 'half_open')", name=op.f("ck_channels_breaker_circuit")
        ),
        sa.CheckConstraint(
            "failures_in_row >= 0", name=op.f("ck_channels_breaker_failures_in_row")
        ),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channels_breaker")),
    )
    op.create_table(
        "channels_callback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(event_id) BETWEEN 1 AND 64", name=op.f("ck_channels_callback_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels_callback")),
        sa.UniqueConstraint(
            "channel", "event_id", name=op.f("uq_channels_callback_channel_event_id")
        ),
    )
    op.create_table(
        "channels_reason",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("iso_code", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(channel = '') = (channel_code = '')", name=op.f("ck_channels_reason_of")
        ),
        sa.CheckConstraint(
            "action IN ('give_up', 'change_data', 'other_channel', 'retry_later', 'inquire', 'person')",
            name=op.f("ck_channels_reason_action"),
        ),
        sa.CheckConstraint("iso_code ~ '^[A-Z0-9]{4}$'", name=op.f("ck_channels_reason_iso_code")),
        sa.CheckConstraint(
            "reason ~ '^[a-z][a-z0-9_]{2,63}$'", name=op.f("ck_channels_reason_reason")
        ),
        sa.CheckConstraint(
            "char_length(channel_code) <= 64", name=op.f("ck_channels_reason_channel_code")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_channels_reason_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels_reason")),
        sa.UniqueConstraint("key", "valid_from", name=op.f("uq_channels_reason_key_valid_from")),
    )
    op.create_index(
        "uq_channels_reason_open",
        "channels_reason",
        ["key"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "channels_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=True),
        sa.Column("counterparty_kind", sa.Text(), nullable=True),
        sa.Column("amount_min_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_max_minor", sa.BigInteger(), nullable=True),
        sa.Column("order_by", sa.Text(), nullable=False),
        sa.Column("preferred", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("excluded", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{2,63}$'", name=op.f("ck_channels_rule_code")),
        sa.CheckConstraint(
            "counterparty_kind IN ('bank_account', 'card', 'wallet')",
            name=op.f("ck_channels_rule_counterparty_kind"),
        ),
        sa.CheckConstraint(
            "operation IN ('pay_out', 'collect', 'refund', 'verify_card')",
            name=op.f("ck_channels_rule_operation"),
        ),
        sa.CheckConstraint(
            "order_by IN ('cost', 'success', 'latency')", name=op.f("ck_channels_rule_order_by")
        ),
        sa.CheckConstraint(
            "amount_min_minor >= 0 AND amount_max_minor >= amount_min_minor",
            name=op.f("ck_channels_rule_amount"),
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_channels_rule_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels_rule")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_channels_rule_code_valid_from")),
    )
    op.create_index(
        "uq_channels_rule_open",
        "channels_rule",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "channels_terms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("fee_fixed_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_rate", sa.Numeric(precision=13, scale=12), nullable=False),
        sa.Column("fee_min_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_max_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_min_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_max_minor", sa.BigInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("business_days_only", sa.Boolean(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "operation IN ('pay_out', 'collect', 'refund', 'verify_card')",
            name=op.f("ck_channels_terms_operation"),
        ),
        sa.CheckConstraint(
            "amount_min_minor >= 0 AND amount_max_minor >= amount_min_minor",
            name=op.f("ck_channels_terms_amount"),
        ),
        sa.CheckConstraint(
            "fee_fixed_minor >= 0 AND fee_min_minor >= 0 AND fee_max_minor >= fee_min_minor AND fee_rate >= 0 AND fee_rate < 1",
            name=op.f("ck_channels_terms_fee"),
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_channels_terms_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels_terms")),
        sa.UniqueConstraint(
            "channel",
            "operation",
            "valid_from",
            name=op.f("uq_channels_terms_channel_operation_valid_from"),
        ),
    )
    op.create_index(
        "uq_channels_terms_open",
        "channels_terms",
        ["channel", "operation"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
