"""Asking for settled payments back."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_recall",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inquiries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_code", sa.Text(), nullable=True),
        sa.Column("answer_zh", sa.Text(), nullable=True),
        sa.Column("answer_en", sa.Text(), nullable=True),
        sa.Column("return_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'returned') = (return_id IS NOT NULL)",
            name=op.f("ck_payments_recall_returned"),
        ),
        sa.CheckConstraint("reason ~ '^[A-Z0-9]{4}$'", name=op.f("ck_payments_recall_reason")),
        sa.CheckConstraint(
            "status <> 'refused' OR answer_code IS NOT NULL",
            name=op.f("ck_payments_recall_refused"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'sent', 'unknown', 'accepted', 'returned', 'refused')",
            name=op.f("ck_payments_recall_status"),
        ),
        sa.CheckConstraint(
            "char_length(note) BETWEEN 1 AND 105", name=op.f("ck_payments_recall_note")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_order.id"], name=op.f("fk_payments_recall_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["payments_order.id"], name=op.f("fk_payments_recall_return_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_recall")),
        sa.UniqueConstraint("reference", name=op.f("uq_payments_recall_reference")),
    )
    op.create_index(
        "ix_payments_recall_due",
        "payments_recall",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_payments_recall_payment_id_id"),
        "payments_recall",
        ["payment_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_payments_recall_open",
        "payments_recall",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'refused'"),
    )
