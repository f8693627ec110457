"""The life of payment orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


CHECKS = {
    "kind": "kind IN ('book_transfer', 'credit_transfer', 'top_up', 'withdrawal', 'refund', 'incoming', 'return', 'verification')",
    "status": "status IN ('created', 'awaiting_approval', 'screened', 'reserved', 'sent', 'unknown', 'settled', 'rejected', 'returned', 'cancelled')",
    "outcome": "(status = 'rejected') = (reason_code IS NOT NULL) AND (status IN ('settled', 'returned')) = (transaction_id IS NOT NULL)",
    "settled_between_two": "kind <> 'book_transfer' OR status = 'rejected' OR (creditor_account_id IS NOT NULL AND creditor_account_id <> debtor_account_id)",
    "debtor": "debtor_account_id IS NOT NULL OR kind IN ('top_up', 'incoming', 'return', 'verification')",
    "held_while_outside": "status NOT IN ('reserved', 'sent', 'unknown') OR pending_id IS NOT NULL",
    "refunded": "refunded_minor BETWEEN 0 AND amount_minor",
    "fee": "fee_minor >= 0",
    "original": "kind NOT IN ('refund', 'return') OR original_id IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "payments_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_blind", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tries_left", sa.SmallInteger(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "shown ~ '^[0-9]{6}[*]{6,9}[0-9]{4}$'", name=op.f("ck_payments_card_shown")
        ),
        sa.CheckConstraint(
            "status IN ('unverified', 'verified', 'removed')", name=op.f("ck_payments_card_status")
        ),
        sa.CheckConstraint(
            "octet_length(number_blind) = 32", name=op.f("ck_payments_card_number_blind_length")
        ),
        sa.CheckConstraint("tries_left BETWEEN 0 AND 3", name=op.f("ck_payments_card_tries_left")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_card_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_card")),
    )
    op.create_index(
        op.f("ix_payments_card_party_id_id"), "payments_card", ["party_id", "id"], unique=False
    )
    op.create_index(
        "uq_payments_card_linked",
        "payments_card",
        ["party_id", "number_blind"],
        unique=True,
        postgresql_where=sa.text("status <> 'removed'"),
    )
    op.create_table(
        "payments_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("route", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("channel_reference", sa.Text(), nullable=True),
        sa.Column("channel_code", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_iso_code", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("redirect", sa.Text(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inquiries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('done', 'not_done', 'pending', 'unknown')",
            name=op.f("ck_payments_attempt_outcome"),
        ),
        sa.CheckConstraint("inquiries >= 0", name=op.f("ck_payments_attempt_inquiries")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payments_order.id"], name=op.f("fk_payments_attempt_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_attempt")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_payments_attempt_order_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_attempt_reference")),
    )
    op.create_index(
        "uq_payments_attempt_alive",
        "payments_attempt",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS DISTINCT FROM 'not_done'"),
    )
    op.create_table(
        "payments_transition",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 500", name=op.f("ck_payments_transition_note")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payments_attempt.id"], name=op.f("fk_payments_transition_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payments_order.id"], name=op.f("fk_payments_transition_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_payments_transition")),
    )
    op.add_column(
        "payments_order",
        sa.Column("kind", sa.Text(), server_default=sa.text("'book_transfer'"), nullable=False),
    )
    op.add_column("payments_order", sa.Column("debtor_bank_code", sa.Text(), nullable=True))
    op.add_column("payments_order", sa.Column("creditor_bank_code", sa.Text(), nullable=True))
    op.add_column("payments_order", sa.Column("uetr", sa.Uuid(), nullable=True))
    op.add_column("payments_order", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column(
        "payments_order",
        sa.Column("fee_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("payments_order", sa.Column("original_id", sa.Uuid(), nullable=True))
    op.add_column(
        "payments_order",
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("payments_order", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.add_column("payments_order", sa.Column("approval_id", sa.Uuid(), nullable=True))
    op.add_column("payments_order", sa.Column("pending_id", sa.Uuid(), nullable=True))
    op.add_column("payments_order", sa.Column("received_reference", sa.Text(), nullable=True))
    op.add_column(
        "payments_order",
        sa.Column("arrows", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("payments_order", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "payments_order", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.alter_column("payments_order", "debtor_account_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column("payments_order", "initiated_by", existing_type=sa.UUID(), nullable=True)
    op.create_index(
        "ix_payments_order_approval_id",
        "payments_order",
        ["approval_id"],
        unique=False,
        postgresql_where=sa.text("approval_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_order_due",
        "payments_order",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_order_original_id",
        "payments_order",
        ["original_id"],
        unique=False,
        postgresql_where=sa.text("original_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_order_unknown",
        "payments_order",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'unknown'"),
    )
    op.create_index(
        "uq_payments_order_received",
        "payments_order",
        ["channel", "received_reference"],
        unique=True,
        postgresql_where=sa.text("received_reference IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_payments_order_original_id"),
        "payments_order",
        "payments_order",
        ["original_id"],
        ["id"],
    )
    for name in ("status", "outcome", "settled_between_two"):
        op.drop_constraint(op.f(f"ck_payments_order_{name}"), "payments_order", type_="check")
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_payments_order_{name}"), "payments_order", condition)
    op.drop_index("uq_payments_order_end_to_end_id", table_name="payments_order")
    op.create_index(
        "uq_payments_order_end_to_end_id",
        "payments_order",
        ["debtor_account_id", "end_to_end_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('rejected', 'cancelled')"),
    )
