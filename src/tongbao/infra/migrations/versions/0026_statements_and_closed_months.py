"""Statements and closed months."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statements_month",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("credits_through", sa.BigInteger(), nullable=False),
        sa.Column("debits_through", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "credits >= 0 AND debits >= 0", name=op.f("ck_statements_month_forwards")
        ),
        sa.CheckConstraint(
            "credits_through - debits_through = closing",
            name=op.f("ck_statements_month_of_counters"),
        ),
        sa.CheckConstraint(
            "extract(day FROM month) = 1", name=op.f("ck_statements_month_month_first_day")
        ),
        sa.CheckConstraint(
            "opening + credits - debits = closing", name=op.f("ck_statements_month_adds_up")
        ),
        sa.PrimaryKeyConstraint("account_id", "month", name=op.f("pk_statements_month")),
    )
    op.create_table(
        "statements_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=True),
        sa.Column("period_last", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=True),
        sa.Column("credits", sa.BigInteger(), nullable=True),
        sa.Column("debits", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.BigInteger(), nullable=True),
        sa.Column("first_version", sa.BigInteger(), nullable=True),
        sa.Column("last_version", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'opening_certificate') = (closing IS NULL) AND (kind = 'statement') = (last_version IS NOT NULL)",
            name=op.f("ck_statements_document_figures_of_kind"),
        ),
        sa.CheckConstraint(
            "code ~ '^[0-9A-HJKMNP-TV-Z]{20}$'", name=op.f("ck_statements_document_code")
        ),
        sa.CheckConstraint(
            "kind IN ('statement', 'balance_certificate', 'opening_certificate')",
            name=op.f("ck_statements_document_kind"),
        ),
        sa.CheckConstraint(
            "language IN ('zh', 'en')", name=op.f("ck_statements_document_language")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_statements_document_sha256")),
        sa.CheckConstraint(
            "(issued_at IS NULL) = (file_id IS NULL) AND (issued_at IS NULL) = (sha256 IS NULL) AND (issued_at IS NULL) = (pages IS NULL)",
            name=op.f("ck_statements_document_issued"),
        ),
        sa.CheckConstraint(
            "opening + credits - debits = closing", name=op.f("ck_statements_document_adds_up")
        ),
        sa.CheckConstraint(
            "period_first <= period_last", name=op.f("ck_statements_document_period")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_statements_document_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["infra_file.id"], name=op.f("fk_statements_document_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_statements_document_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements_document")),
        sa.UniqueConstraint("code", name=op.f("uq_statements_document_code")),
        sa.UniqueConstraint("file_id", name=op.f("uq_statements_document_file_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_statements_document_sha256")),
    )
    op.create_index(
        op.f("ix_statements_document_account_id_id"),
        "statements_document",
        ["account_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_statements_document_party_id_id"),
        "statements_document",
        ["party_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_statements_document_waiting",
        "statements_document",
        ["party_id"],
        unique=False,
        postgresql_where=sa.text("issued_at IS NULL"),
    )
