"""Limits of what may be moved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limits_counter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_limits_counter_used")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits_counter")),
        sa.UniqueConstraint(
            "subject",
            "rule_code",
            "starts_on",
            name=op.f("uq_limits_counter_subject_rule_code_starts_on"),
        ),
    )
    op.create_table(
        "limits_own",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'raised' OR valid_until IS NOT NULL",
            name=op.f("ck_limits_own_raised_for_a_time"),
        ),
        sa.CheckConstraint("kind IN ('lowered', 'raised')", name=op.f("ck_limits_own_kind")),
        sa.CheckConstraint(
            "maximum BETWEEN 0 AND 100000000000000000", name=op.f("ck_limits_own_maximum")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_limits_own_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits_own")),
    )
    op.create_index(
        op.f("ix_limits_own_party_id_rule_code"),
        "limits_own",
        ["party_id", "rule_code"],
        unique=False,
    )
    op.create_table(
        "limits_reference_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scale", sa.SmallInteger(), nullable=False),
        sa.Column("cny_per_unit", sa.Numeric(precision=24, scale=12), nullable=False),
        sa.CheckConstraint(
            "currency ~ '^[A-Z]{3}$'", name=op.f("ck_limits_reference_rate_currency")
        ),
        sa.CheckConstraint("cny_per_unit > 0", name=op.f("ck_limits_reference_rate_cny_per_unit")),
        sa.CheckConstraint("scale BETWEEN 0 AND 4", name=op.f("ck_limits_reference_rate_scale")),
        sa.PrimaryKeyConstraint("currency", "valid_from", name=op.f("pk_limits_reference_rate")),
    )
    op.create_table(
        "limits_reservation",
        sa.Column("use_id", sa.Uuid(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counter_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("amounts", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.CheckConstraint(
            "cardinality(counter_ids) = cardinality(amounts)",
            name=op.f("ck_limits_reservation_lines"),
        ),
        sa.PrimaryKeyConstraint("use_id", name=op.f("pk_limits_reservation")),
    )
    op.create_table(
        "limits_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=True),
        sa.Column("party_kind", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("counted_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("time_window", sa.Text(), nullable=False),
        sa.Column("rolling_hours", sa.SmallInteger(), nullable=True),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("raise_maximum", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(measure = 'amount') = (currency IS NOT NULL)", name=op.f("ck_limits_rule_currency")
        ),
        sa.CheckConstraint(
            "(time_window = 'rolling') = (rolling_hours IS NOT NULL) AND rolling_hours BETWEEN 1 AND 8784",
            name=op.f("ck_limits_rule_rolling_hours"),
        ),
        sa.CheckConstraint(
            "cardinality(counted_by) > 0 AND counted_by <@ ARRAY['party', 'product', 'channel', 'device', 'counterparty']",
            name=op.f("ck_limits_rule_counted_by"),
        ),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{2,63}$'", name=op.f("ck_limits_rule_code")),
        sa.CheckConstraint("measure IN ('amount', 'count')", name=op.f("ck_limits_rule_measure")),
        sa.CheckConstraint(
            "party_kind IN ('person', 'organisation')", name=op.f("ck_limits_rule_party_kind")
        ),
        sa.CheckConstraint(
            "time_window IN ('transaction', 'day', 'month', 'year', 'rolling')",
            name=op.f("ck_limits_rule_time_window"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("ck_limits_rule_level")),
        sa.CheckConstraint(
            "maximum BETWEEN 0 AND 100000000000000000", name=op.f("ck_limits_rule_maximum")
        ),
        sa.CheckConstraint("raise_maximum >= maximum", name=op.f("ck_limits_rule_raise_maximum")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_limits_rule_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits_rule")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_limits_rule_code_valid_from")),
    )
    op.create_index(
        "uq_limits_rule_open",
        "limits_rule",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "limits_rolling",
        sa.Column("use_id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["limits_counter.id"], name=op.f("fk_limits_rolling_counter_id")
        ),
        sa.PrimaryKeyConstraint("use_id", "counter_id", name=op.f("pk_limits_rolling")),
    )
    op.create_index(
        op.f("ix_limits_rolling_counter_id_used_at"),
        "limits_rolling",
        ["counter_id", "used_at"],
        unique=False,
    )
