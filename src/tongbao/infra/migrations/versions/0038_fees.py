"""Fees of payments and the tax in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_fee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("party_kind", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("bands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_payments_fee_currency")),
        sa.CheckConstraint(
            "kind IN ('book_transfer', 'credit_transfer', 'top_up', 'withdrawal')",
            name=op.f("ck_payments_fee_kind"),
        ),
        sa.CheckConstraint(
            "party_kind IN ('person', 'organisation')", name=op.f("ck_payments_fee_party_kind")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_payments_fee_valid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_fee")),
    )
    op.create_index(
        "uq_payments_fee_open",
        "payments_fee",
        ["kind", "currency", "channel", "party_kind"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "payments_vat",
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rate_trillionths", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rate_trillionths >= 0", name=op.f("ck_payments_vat_rate")),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("pk_payments_vat")),
    )
