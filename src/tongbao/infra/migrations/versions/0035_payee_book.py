"""The payee book, one-click pay and counts of name checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments_name_checks",
        sa.Column("checker_id", sa.Uuid(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("missed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "missed BETWEEN 0 AND asked", name=op.f("ck_payments_name_checks_missed")
        ),
        sa.PrimaryKeyConstraint(
            "checker_id", "business_date", name=op.f("pk_payments_name_checks")
        ),
    )
    op.create_table(
        "payments_one_click",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("per_payment_minor", sa.BigInteger(), nullable=False),
        sa.Column("per_day_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "per_payment_minor > 0 AND per_payment_minor <= per_day_minor",
            name=op.f("ck_payments_one_click_sums"),
        ),
        sa.CheckConstraint("used_minor >= 0", name=op.f("ck_payments_one_click_used")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_one_click_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", "currency", name=op.f("pk_payments_one_click")),
    )
    op.create_table(
        "payments_saved_payee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=True),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "account_number ~ '^[0-9A-Za-z]{8,34}$'",
            name=op.f("ck_payments_saved_payee_account_number"),
        ),
        sa.CheckConstraint(
            "cardinality(groups) <= 10", name=op.f("ck_payments_saved_payee_groups")
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 140", name=op.f("ck_payments_saved_payee_name")
        ),
        sa.CheckConstraint(
            "char_length(nickname) BETWEEN 1 AND 40", name=op.f("ck_payments_saved_payee_nickname")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_saved_payee_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_saved_payee")),
        sa.UniqueConstraint(
            "party_id",
            "account_number",
            "bank_code",
            name="uq_payments_saved_payee_account",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_payments_saved_payee_party_id_id"),
        "payments_saved_payee",
        ["party_id", "id"],
        unique=False,
    )
