"""Pending transactions, reversals and periods."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_hold",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("asset_id", sa.SmallInteger(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_hold_amount")),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_ledger_hold_two_accounts")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "ordinal", name=op.f("pk_ledger_hold")),
    )
    op.create_table(
        "ledger_open_pending",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_ledger_open_pending")),
    )
    op.create_index(
        op.f("ix_ledger_open_pending_expires_at"),
        "ledger_open_pending",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "ledger_period",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("daterange(starts_on, ends_on, '[)')"), "&&"),
            using="gist",
            name="ex_ledger_period_overlap",
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_ledger_period_not_empty")),
        sa.PrimaryKeyConstraint("starts_on", name=op.f("pk_ledger_period")),
    )
    op.create_table(
        "ledger_reversed",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reversed", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "reversed BETWEEN 0 AND amount", name=op.f("ck_ledger_reversed_not_above_original")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "ordinal", name=op.f("pk_ledger_reversed")),
    )
    op.add_column(
        "ledger_account", sa.Column("last_booked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "ledger_tail",
        sa.Column("debits_pending", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "ledger_tail",
        sa.Column("credits_pending", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "ledger_transaction", sa.Column("kind", sa.Text(), server_default="posted", nullable=False)
    )
    op.add_column("ledger_transaction", sa.Column("pending_id", sa.BigInteger(), nullable=True))
    op.add_column("ledger_transaction", sa.Column("reverses_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "ledger_transaction", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        op.f("ix_ledger_transaction_reverses_id"),
        "ledger_transaction",
        ["reverses_id"],
        unique=False,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_index(
        "uq_ledger_transaction_pending_id",
        "ledger_transaction",
        ["pending_id"],
        unique=True,
        postgresql_where=sa.text("pending_id IS NOT NULL"),
    )
    # What was booked before this revision was posted at once; from now on everybody says so.
    for table, column in (
        ("ledger_tail", "debits_pending"),
        ("ledger_tail", "credits_pending"),
        ("ledger_transaction", "kind"),
    ):
        op.alter_column(table, column, server_default=None)
    for name, rule in {
        "kind": "kind IN ('posted', 'pending', 'capture', 'void', 'expiry', 'reversal')",
        "resolves": "(kind IN ('capture', 'void', 'expiry')) = (pending_id IS NOT NULL)",
        "reverses": "(kind = 'reversal') = (reverses_id IS NOT NULL)",
        "expires": "expires_at IS NULL OR kind = 'pending'",
    }.items():
        op.create_check_constraint(
            op.f(f"ck_ledger_transaction_{name}"), "ledger_transaction", rule
        )
