"""Statements, what was compared, and breaks."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliation_break",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("difference", sa.BigInteger(), nullable=False),
        sa.Column("parked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("counter_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('open', 'investigating')) = (closed_at IS NULL)",
            name=op.f("ck_reconciliation_break_closed"),
        ),
        sa.CheckConstraint(
            "kind IN ('missing_here', 'missing_there', 'amount', 'doubled', 'day', 'status')",
            name=op.f("ck_reconciliation_break_kind"),
        ),
        sa.CheckConstraint(
            "pair IN ('channel', 'bank', 'suspense')", name=op.f("ck_reconciliation_break_pair")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'investigating', 'cleared', 'resolved')",
            name=op.f("ck_reconciliation_break_state"),
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR parked = 0", name=op.f("ck_reconciliation_break_nothing_left")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_break")),
    )
    op.create_index(
        op.f("ix_reconciliation_break_channel_reference"),
        "reconciliation_break",
        ["channel", "reference"],
        unique=False,
    )
    op.create_index(
        "ix_reconciliation_break_to_do",
        "reconciliation_break",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'investigating')"),
    )
    op.create_index(
        "uq_reconciliation_break_open",
        "reconciliation_break",
        ["channel", "pair", "currency", "reference"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'investigating')"),
    )
    op.create_table(
        "reconciliation_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cash", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("their_reference", sa.Text(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("counter_id", sa.Uuid(), nullable=True),
        sa.Column("judged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("match", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(side IN ('ledger', 'suspense')) = (transaction_id IS NOT NULL) AND (side IN ('channel', 'bank')) = (statement_id IS NOT NULL)",
            name=op.f("ck_reconciliation_item_source"),
        ),
        sa.CheckConstraint(
            "match IN ('exact', 'tolerant', 'many_to_one')",
            name=op.f("ck_reconciliation_item_match"),
        ),
        sa.CheckConstraint(
            "side IN ('ledger', 'suspense', 'channel', 'bank')",
            name=op.f("ck_reconciliation_item_side"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_item")),
    )
    op.create_index(
        op.f("ix_reconciliation_item_channel_reference"),
        "reconciliation_item",
        ["channel", "reference"],
        unique=False,
    )
    op.create_index(
        op.f("ix_reconciliation_item_statement_id"),
        "reconciliation_item",
        ["statement_id"],
        unique=False,
        postgresql_where=sa.text("statement_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reconciliation_item_unjudged",
        "reconciliation_item",
        ["channel", "side"],
        unique=False,
        postgresql_where=sa.text("NOT judged"),
    )
    op.create_table(
        "reconciliation_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("settles_on", sa.Date(), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cash", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_booked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cash_booked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "currency ~ '^[A-Z]{3}$'", name=op.f("ck_reconciliation_statement_currency")
        ),
        sa.CheckConstraint(
            "side = 'channel' OR settlement IS NULL",
            name=op.f("ck_reconciliation_statement_settled_at_bank"),
        ),
        sa.CheckConstraint(
            "side IN ('channel', 'bank')", name=op.f("ck_reconciliation_statement_side")
        ),
        sa.CheckConstraint(
            "(settles_on IS NULL) = (settlement IS NULL)",
            name=op.f("ck_reconciliation_statement_settlement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_statement")),
    )
    op.create_index(
        "uq_reconciliation_statement_in_force",
        "reconciliation_statement",
        ["channel", "side", "day"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_index(
        "uq_reconciliation_statement_settlement",
        "reconciliation_statement",
        ["channel", "settlement"],
        unique=True,
        postgresql_where=sa.text("settlement IS NOT NULL AND replaced_at IS NULL"),
    )
    op.create_table(
        "reconciliation_taken",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("through_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "side IN ('ledger', 'suspense')", name=op.f("ck_reconciliation_taken_side")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_reconciliation_taken")),
    )
    op.create_index(
        "uq_reconciliation_taken_of",
        "reconciliation_taken",
        ["channel", "side", "currency"],
        unique=True,
    )
    op.create_table(
        "reconciliation_day",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("exact", sa.Integer(), nullable=False),
        sa.Column("tolerant", sa.Integer(), nullable=False),
        sa.Column("many_to_one", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["reconciliation_statement.id"],
            name=op.f("fk_reconciliation_day_statement_id"),
        ),
        sa.PrimaryKeyConstraint("channel", "day", name=op.f("pk_reconciliation_day")),
    )
    op.create_table(
        "reconciliation_happening",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("break_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "what IN ('opened', 'changed', 'assigned', 'noted', 'cleared', 'resolved')",
            name=op.f("ck_reconciliation_happening_what"),
        ),
        sa.ForeignKeyConstraint(
            ["break_id"],
            ["reconciliation_break.id"],
            name=op.f("fk_reconciliation_happening_break_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_happening")),
    )
    op.create_index(
        op.f("ix_reconciliation_happening_break_id_id"),
        "reconciliation_happening",
        ["break_id", "id"],
        unique=False,
    )
