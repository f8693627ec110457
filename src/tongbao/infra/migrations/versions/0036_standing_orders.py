"""Standing orders and what became of their dates."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_account_id", sa.Uuid(), nullable=False),
        sa.Column("creditor_account_number", sa.Text(), nullable=False),
        sa.Column("creditor_name", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("remittance", sa.Text(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("every", sa.SmallInteger(), nullable=False),
        sa.Column("month_day", sa.SmallInteger(), nullable=True),
        sa.Column("holidays", sa.Text(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("count", sa.SmallInteger(), nullable=True),
        sa.Column("retries", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=True),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'active') <= (next_on IS NOT NULL)", name=op.f("ck_standing_order_next_on")
        ),
        sa.CheckConstraint(
            "holidays IN ('as_is', 'next', 'previous')", name=op.f("ck_standing_order_holidays")
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'ended', 'cancelled')",
            name=op.f("ck_standing_order_state"),
        ),
        sa.CheckConstraint(
            "unit IN ('once', 'day', 'week', 'month')", name=op.f("ck_standing_order_unit")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_standing_order_amount")),
        sa.CheckConstraint("every BETWEEN 1 AND 366", name=op.f("ck_standing_order_every")),
        sa.CheckConstraint("month_day BETWEEN 1 AND 31", name=op.f("ck_standing_order_month_day")),
        sa.CheckConstraint("next_number >= 0", name=op.f("ck_standing_order_next_number")),
        sa.CheckConstraint("retries BETWEEN 0 AND 5", name=op.f("ck_standing_order_retries")),
        sa.ForeignKeyConstraint(
            ["debtor_account_id"],
            ["accounts_account.id"],
            name=op.f("fk_standing_order_debtor_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_standing_order_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
    )
    op.create_index(
        op.f("ix_standing_order_debtor_account_id"),
        "standing_order",
        ["debtor_account_id"],
        unique=False,
    )
    op.create_index(
        "ix_standing_order_due",
        "standing_order",
        ["next_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        op.f("ix_standing_order_party_id_id"), "standing_order", ["party_id", "id"], unique=False
    )
    op.create_table(
        "standing_occurrence",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nominal_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("retry_on", sa.Date(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'paid') = (payment_id IS NOT NULL)",
            name=op.f("ck_standing_occurrence_paid"),
        ),
        sa.CheckConstraint(
            "(outcome = 'paid') = (reason_code IS NULL)", name=op.f("ck_standing_occurrence_reason")
        ),
        sa.CheckConstraint(
            "(outcome = 'retrying') = (retry_on IS NOT NULL)",
            name=op.f("ck_standing_occurrence_retrying"),
        ),
        sa.CheckConstraint(
            "outcome IN ('paid', 'retrying', 'missed')", name=op.f("ck_standing_occurrence_outcome")
        ),
        sa.CheckConstraint("attempts >= 1", name=op.f("ck_standing_occurrence_attempts")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["standing_order.id"], name=op.f("fk_standing_occurrence_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_order.id"], name=op.f("fk_standing_occurrence_payment_id")
        ),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_standing_occurrence")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_standing_occurrence_payment_id")),
    )
    op.create_index(
        "ix_standing_occurrence_retrying",
        "standing_occurrence",
        ["retry_on", "order_id", "number"],
        unique=False,
        postgresql_where=sa.text("outcome = 'retrying'"),
    )
