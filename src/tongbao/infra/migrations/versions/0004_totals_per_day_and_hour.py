"""Totals per day and hour."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_category_day",
        sa.Column("asset_id", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("debits", sa.Numeric(), nullable=False),
        sa.Column("credits", sa.Numeric(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "asset_id", "category", "effective_on", name=op.f("pk_ledger_category_day")
        ),
    )
    op.create_table(
        "ledger_day",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "effective_on", name=op.f("pk_ledger_day")),
    )
    op.create_table(
        "ledger_day_progress",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("through_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_ledger_day_progress_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_ledger_day_progress")),
    )
    op.create_table(
        "ledger_hour",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "starts_at", name=op.f("pk_ledger_hour")),
    )
    op.create_table(
        "ledger_hour_span",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name=op.f("pk_ledger_hour_span")),
    )
    op.create_index(
        op.f("ix_ledger_hold_credit_account_id_transaction_id"),
        "ledger_hold",
        ["credit_account_id", "transaction_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_hold_debit_account_id_transaction_id"),
        "ledger_hold",
        ["debit_account_id", "transaction_id"],
        unique=False,
    )
