"""Payments in files."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("done_through", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("why_code", sa.Text(), nullable=True),
        sa.Column("why_iso_code", sa.Text(), nullable=True),
        sa.Column("why_zh", sa.Text(), nullable=True),
        sa.Column("why_en", sa.Text(), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("initiated_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "format IN ('csv', 'pain.001.001.09')", name=op.f("ck_bulk_file_format")
        ),
        sa.CheckConstraint("kind IN ('payroll', 'batch')", name=op.f("ck_bulk_file_kind")),
        sa.CheckConstraint("mode IN ('partial', 'all_or_nothing')", name=op.f("ck_bulk_file_mode")),
        sa.CheckConstraint(
            "state <> 'executed' OR settled + rejected = good", name=op.f("ck_bulk_file_executed")
        ),
        sa.CheckConstraint(
            "state IN ('checked', 'awaiting_approval', 'cancelled') = (initiated_by IS NULL)",
            name=op.f("ck_bulk_file_initiated"),
        ),
        sa.CheckConstraint(
            "state IN ('checked', 'awaiting_approval', 'executing', 'executed', 'rejected', 'cancelled')",
            name=op.f("ck_bulk_file_state"),
        ),
        sa.CheckConstraint(
            "char_length(message_id) BETWEEN 1 AND 35", name=op.f("ck_bulk_file_message_id")
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 100", name=op.f("ck_bulk_file_name_length")
        ),
        sa.CheckConstraint(
            "good BETWEEN 0 AND lines AND settled >= 0 AND rejected >= 0 AND settled + rejected <= good AND settled_minor BETWEEN 0 AND total_minor",
            name=op.f("ck_bulk_file_counts"),
        ),
        sa.CheckConstraint("lines BETWEEN 0 AND 100000", name=op.f("ck_bulk_file_lines")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_bulk_file_sha256")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_bulk_file_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bulk_file_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_file")),
    )
    op.create_index(op.f("ix_bulk_file_party_id_id"), "bulk_file", ["party_id", "id"], unique=False)
    op.create_index(
        "uq_bulk_file_message_id",
        "bulk_file",
        ["account_id", "message_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cancelled', 'rejected')"),
    )
    op.create_table(
        "bulk_line",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("end_to_end_id", sa.Text(), nullable=True),
        sa.Column("creditor_account_number", sa.Text(), nullable=False),
        sa.Column("creditor_name", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("remittance", sa.Text(), nullable=True),
        sa.Column("why_code", sa.Text(), nullable=True),
        sa.Column("why_iso_code", sa.Text(), nullable=True),
        sa.Column("why_zh", sa.Text(), nullable=True),
        sa.Column("why_en", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'good') = (why_code IS NULL)", name=op.f("ck_bulk_line_why")),
        sa.CheckConstraint(
            "state <> 'good' OR amount_minor IS NOT NULL", name=op.f("ck_bulk_line_good")
        ),
        sa.CheckConstraint(
            "state IN ('good', 'wrong', 'rejected')", name=op.f("ck_bulk_line_state")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bulk_line_amount")),
        sa.CheckConstraint("number BETWEEN 1 AND 100000", name=op.f("ck_bulk_line_number")),
        sa.ForeignKeyConstraint(["file_id"], ["bulk_file.id"], name=op.f("fk_bulk_line_file_id")),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_bulk_line")),
    )
    op.create_index(
        "ix_bulk_line_not_good",
        "bulk_line",
        ["file_id", "number"],
        unique=False,
        postgresql_where=sa.text("state <> 'good'"),
    )
