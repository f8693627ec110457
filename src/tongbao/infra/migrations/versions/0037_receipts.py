"""Receipts of payments."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "code ~ '^[0-9A-HJKMNP-TV-Z]{20}$'", name=op.f("ck_payments_receipt_code")
        ),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_payments_receipt_language")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_payments_receipt_sha256")),
        sa.CheckConstraint(
            "(issued_at IS NULL) = (file_id IS NULL) AND (issued_at IS NULL) = (sha256 IS NULL)",
            name=op.f("ck_payments_receipt_issued"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["infra_file.id"], name=op.f("fk_payments_receipt_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_receipt_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_order.id"], name=op.f("fk_payments_receipt_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_receipt")),
        sa.UniqueConstraint("code", name=op.f("uq_payments_receipt_code")),
        sa.UniqueConstraint("file_id", name=op.f("uq_payments_receipt_file_id")),
        sa.UniqueConstraint(
            "payment_id",
            "party_id",
            "language",
            name=op.f("uq_payments_receipt_payment_id_party_id_language"),
        ),
        sa.UniqueConstraint("sha256", name=op.f("uq_payments_receipt_sha256")),
    )
