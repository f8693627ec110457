"""Tills, payment links, requests to pay, codes that payers show, and what was collected."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collecting_pay_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("per_payment_minor", sa.BigInteger(), nullable=False),
        sa.Column("enabled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_collecting_pay_code_currency")),
        sa.CheckConstraint(
            "per_payment_minor > 0", name=op.f("ck_collecting_pay_code_per_payment")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_collecting_pay_code_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_collecting_pay_code_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collecting_pay_code")),
    )
    op.create_index(
        "uq_collecting_pay_code_enabled",
        "collecting_pay_code",
        ["user_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("disabled_at IS NULL"),
    )
    op.create_table(
        "collecting_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("payee_name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_party_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("in_parts", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_collecting_request_ended")
        ),
        sa.CheckConstraint(
            "(state = 'paid') = (paid_minor = amount_minor)",
            name=op.f("ck_collecting_request_paid_in_full"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_collecting_request_currency")),
        sa.CheckConstraint(
            "state IN ('open', 'paid', 'declined', 'cancelled', 'expired')",
            name=op.f("ck_collecting_request_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_collecting_request_amount")),
        sa.CheckConstraint(
            "char_length(decline_reason) BETWEEN 1 AND 140",
            name=op.f("ck_collecting_request_decline_reason"),
        ),
        sa.CheckConstraint(
            "char_length(title) BETWEEN 1 AND 140", name=op.f("ck_collecting_request_title")
        ),
        sa.CheckConstraint(
            "paid_minor BETWEEN 0 AND amount_minor", name=op.f("ck_collecting_request_paid")
        ),
        sa.CheckConstraint(
            "party_id <> debtor_party_id", name=op.f("ck_collecting_request_two_parties")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_collecting_request_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_party_id"],
            ["parties_party.id"],
            name=op.f("fk_collecting_request_debtor_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_collecting_request_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collecting_request")),
    )
    op.create_index(
        op.f("ix_collecting_request_debtor_party_id_id"),
        "collecting_request",
        ["debtor_party_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_collecting_request_expiring",
        "collecting_request",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_collecting_request_party_id_id"),
        "collecting_request",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "collecting_till",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("latin_name", sa.Text(), nullable=False),
        sa.Column("latin_city", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "category_code ~ '^[0-9]{4}$'", name=op.f("ck_collecting_till_category_code")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_collecting_till_currency")),
        sa.CheckConstraint(
            "char_length(latin_city) BETWEEN 1 AND 15", name=op.f("ck_collecting_till_latin_city")
        ),
        sa.CheckConstraint(
            "char_length(latin_name) BETWEEN 1 AND 25", name=op.f("ck_collecting_till_latin_name")
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 25", name=op.f("ck_collecting_till_name")
        ),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_collecting_till_closed")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_collecting_till_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_collecting_till_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collecting_till")),
    )
    op.create_index(
        op.f("ix_collecting_till_party_id_id"), "collecting_till", ["party_id", "id"], unique=False
    )
    op.create_table(
        "collecting_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("payments_max", sa.Integer(), nullable=True),
        sa.Column("paid_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_collecting_link_ended")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_collecting_link_currency")),
        sa.CheckConstraint(
            "state <> 'completed' OR paid_count = payments_max",
            name=op.f("ck_collecting_link_completed_when_paid"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'completed', 'cancelled', 'expired')",
            name=op.f("ck_collecting_link_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_collecting_link_amount")),
        sa.CheckConstraint(
            "char_length(title) BETWEEN 1 AND 140", name=op.f("ck_collecting_link_title")
        ),
        sa.CheckConstraint(
            "paid_count >= 0 AND paid_count <= payments_max",
            name=op.f("ck_collecting_link_paid_count"),
        ),
        sa.CheckConstraint("payments_max > 0", name=op.f("ck_collecting_link_payments_max")),
        sa.CheckConstraint(
            "till_id IS NULL OR (amount_minor IS NOT NULL AND payments_max = 1)",
            name=op.f("ck_collecting_link_of_a_till"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_collecting_link_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_collecting_link_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["till_id"], ["collecting_till.id"], name=op.f("fk_collecting_link_till_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collecting_link")),
    )
    op.create_index(
        "ix_collecting_link_expiring",
        "collecting_link",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_collecting_link_party_id_id"), "collecting_link", ["party_id", "id"], unique=False
    )
    op.create_index(op.f("ix_collecting_link_token"), "collecting_link", ["token"], unique=True)
    op.create_table(
        "collecting_shown_code",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("pay_code_id", sa.Uuid(), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(tag) = 32", name=op.f("ck_collecting_shown_code_tag")),
        sa.ForeignKeyConstraint(
            ["pay_code_id"],
            ["collecting_pay_code.id"],
            name=op.f("fk_collecting_shown_code_pay_code_id"),
        ),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_collecting_shown_code")),
    )
    op.create_index(
        op.f("ix_collecting_shown_code_good_until"),
        "collecting_shown_code",
        ["good_until"],
        unique=False,
    )
    op.create_table(
        "collecting_collection",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("payer_party_id", sa.Uuid(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("pay_code_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(means IN ('till_code', 'order_code', 'pay_code')) = (till_id IS NOT NULL) AND (means IN ('order_code', 'link')) = (link_id IS NOT NULL) AND (means = 'request') = (request_id IS NOT NULL) AND (means = 'pay_code') = (pay_code_id IS NOT NULL)",
            name=op.f("ck_collecting_collection_source"),
        ),
        sa.CheckConstraint(
            "means IN ('till_code', 'order_code', 'link', 'request', 'pay_code')",
            name=op.f("ck_collecting_collection_means"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_collecting_collection_amount")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["collecting_link.id"], name=op.f("fk_collecting_collection_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_collecting_collection_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["pay_code_id"],
            ["collecting_pay_code.id"],
            name=op.f("fk_collecting_collection_pay_code_id"),
        ),
        sa.ForeignKeyConstraint(
            ["payer_party_id"],
            ["parties_party.id"],
            name=op.f("fk_collecting_collection_payer_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_order.id"], name=op.f("fk_collecting_collection_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["collecting_request.id"],
            name=op.f("fk_collecting_collection_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["till_id"], ["collecting_till.id"], name=op.f("fk_collecting_collection_till_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_collecting_collection")),
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_collecting_collection_party_id_payment_id"),
        "collecting_collection",
        ["party_id", "payment_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_collecting_collection_payer_party_id_payment_id"),
        "collecting_collection",
        ["payer_party_id", "payment_id"],
        unique=False,
    )
    op.create_index(
        "uq_collecting_collection_reference",
        "collecting_collection",
        ["till_id", "reference"],
        unique=True,
        postgresql_where=sa.text("means = 'pay_code'"),
    )
