"""Runs in steps, cut-offs of business days, interest on demand deposits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_interest_progress",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("corrected_through", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_accounts_interest_progress_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_accounts_interest_progress")),
    )
    op.create_table(
        "accounts_interest_total",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("accrued", sa.Numeric(precision=38, scale=0), nullable=False),
        sa.Column("payable", sa.Numeric(precision=38, scale=0), nullable=False),
        sa.CheckConstraint(
            "currency ~ '^[A-Z]{3}$'", name=op.f("ck_accounts_interest_total_currency")
        ),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_accounts_interest_total")),
    )
    op.create_table(
        "accounts_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("day_count", sa.Text(), nullable=False),
        sa.Column("from_minor", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("annual_rate", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_accounts_rate_currency")),
        sa.CheckConstraint(
            "day_count IN ('act/360', 'act/365', 'act/act')",
            name=op.f("ck_accounts_rate_day_count"),
        ),
        sa.CheckConstraint("mode IN ('whole', 'slice')", name=op.f("ck_accounts_rate_mode")),
        sa.CheckConstraint(
            "0 <= ALL (annual_rate) AND 1000000000000 >= ALL (annual_rate)",
            name=op.f("ck_accounts_rate_rate"),
        ),
        sa.CheckConstraint(
            "from_minor[1] = 0 AND cardinality(from_minor) = cardinality(annual_rate) AND cardinality(from_minor) BETWEEN 1 AND 20",
            name=op.f("ck_accounts_rate_tiers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_rate")),
    )
    op.create_index(
        op.f("ix_accounts_rate_product_currency_valid_from_id"),
        "accounts_rate",
        ["product", "currency", "valid_from", "id"],
        unique=False,
    )
    op.create_table(
        "ledger_cut_off",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("through_sequence", sa.BigInteger(), nullable=False),
        sa.Column("recent_from", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "recent_from BETWEEN 1 AND through_sequence + 1", name=op.f("ck_ledger_cut_off_recent")
        ),
        sa.CheckConstraint("through_sequence >= 0", name=op.f("ck_ledger_cut_off_through")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ledger_cut_off")),
    )
    op.create_table(
        "runs_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_runs_run_finished")
        ),
        sa.CheckConstraint(
            "status IN ('running', 'failed', 'done')", name=op.f("ck_runs_run_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs_run")),
        sa.UniqueConstraint("name", "day", name=op.f("uq_runs_run_name_day")),
    )
    op.create_table(
        "ledger_cut_off_total",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asset_id", sa.SmallInteger(), nullable=False),
        sa.Column("debits", sa.Numeric(), nullable=False),
        sa.Column("credits", sa.Numeric(), nullable=False),
        sa.CheckConstraint("debits = credits", name=op.f("ck_ledger_cut_off_total_agree")),
        sa.ForeignKeyConstraint(
            ["day"], ["ledger_cut_off.day"], name=op.f("fk_ledger_cut_off_total_day")
        ),
        sa.PrimaryKeyConstraint("day", "asset_id", name=op.f("pk_ledger_cut_off_total")),
    )
    op.create_table(
        "runs_step",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_runs_step_finished")
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (error IS NOT NULL)", name=op.f("ck_runs_step_error")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'failed', 'done')", name=op.f("ck_runs_step_status")
        ),
        sa.CheckConstraint("items >= 0 AND pieces >= 0", name=op.f("ck_runs_step_counted")),
        sa.ForeignKeyConstraint(["run_id"], ["runs_run.id"], name=op.f("fk_runs_step_run_id")),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_runs_step")),
    )
    op.create_table(
        "accounts_interest",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("accrued", sa.Numeric(precision=38, scale=0), nullable=False),
        sa.Column("last_pieces", sa.Numeric(precision=38, scale=0), nullable=False),
        sa.Column("due", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due >= 0", name=op.f("ck_accounts_interest_due")),
        sa.CheckConstraint(
            "settled_on IS NULL OR (accrued = 0 AND due = 0)",
            name=op.f("ck_accounts_interest_settled"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_accounts_interest_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts_interest")),
    )
    op.create_index(
        "ix_accounts_interest_due",
        "accounts_interest",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("due > 0"),
    )
