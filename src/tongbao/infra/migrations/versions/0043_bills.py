"""Billers, bills, what was paid of them, saved numbers and mandates."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bills_biller",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("number_label_zh", sa.Text(), nullable=False),
        sa.Column("number_label_en", sa.Text(), nullable=False),
        sa.Column("number_digits", sa.SmallInteger(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("region_zh", sa.Text(), nullable=False),
        sa.Column("region_en", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("engaged_by", sa.Uuid(), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('electricity', 'water', 'gas', 'heating', 'phone', 'tuition')",
            name=op.f("ck_bills_biller_category"),
        ),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_bills_biller_region")),
        sa.CheckConstraint(
            "(account_id IS NULL) = (engaged_by IS NULL)", name=op.f("ck_bills_biller_engaged")
        ),
        sa.CheckConstraint(
            "number_digits BETWEEN 4 AND 20", name=op.f("ck_bills_biller_number_digits")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_bills_biller_account_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_bills_biller")),
    )
    op.create_table(
        "bills_query",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("biller", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'asking') = (answered_at IS NULL)", name=op.f("ck_bills_query_answered")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (reason_code IS NOT NULL)", name=op.f("ck_bills_query_reason")
        ),
        sa.CheckConstraint(
            "state IN ('asking', 'answered', 'failed')", name=op.f("ck_bills_query_state")
        ),
        sa.ForeignKeyConstraint(
            ["biller"], ["bills_biller.code"], name=op.f("fk_bills_query_biller")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bills_query_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills_query")),
    )
    op.create_index(
        op.f("ix_bills_query_party_id_asked_at"),
        "bills_query",
        ["party_id", "asked_at"],
        unique=False,
    )
    op.create_table(
        "bills_saved",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("biller", sa.Text(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_blind", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "char_length(nickname) BETWEEN 1 AND 40", name=op.f("ck_bills_saved_nickname")
        ),
        sa.CheckConstraint(
            "octet_length(number_blind) = 32", name=op.f("ck_bills_saved_number_blind_length")
        ),
        sa.ForeignKeyConstraint(
            ["biller"], ["bills_biller.code"], name=op.f("fk_bills_saved_biller")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bills_saved_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills_saved")),
    )
    op.create_index(
        op.f("ix_bills_saved_party_id_id"), "bills_saved", ["party_id", "id"], unique=False
    )
    op.create_index(
        "uq_bills_saved_kept",
        "bills_saved",
        ["party_id", "biller", "number_blind"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "bills_bill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("query_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("biller", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bills_bill_amount")),
        sa.ForeignKeyConstraint(
            ["biller"], ["bills_biller.code"], name=op.f("fk_bills_bill_biller")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bills_bill_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["query_id"], ["bills_query.id"], name=op.f("fk_bills_bill_query_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills_bill")),
        sa.UniqueConstraint("query_id", "reference", name=op.f("uq_bills_bill_query_id_reference")),
    )
    op.create_index(
        op.f("ix_bills_bill_party_id_id"), "bills_bill", ["party_id", "id"], unique=False
    )
    op.create_table(
        "bills_mandate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("saved_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_account_id", sa.Uuid(), nullable=False),
        sa.Column("maximum_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("month_day", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrows", sa.Integer(), nullable=False),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'active') = (next_look_on IS NOT NULL)",
            name=op.f("ck_bills_mandate_next_look_on"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'ended')", name=op.f("ck_bills_mandate_state")
        ),
        sa.CheckConstraint("maximum_minor > 0", name=op.f("ck_bills_mandate_maximum")),
        sa.CheckConstraint("month_day BETWEEN 1 AND 31", name=op.f("ck_bills_mandate_month_day")),
        sa.ForeignKeyConstraint(
            ["debtor_account_id"],
            ["accounts_account.id"],
            name=op.f("fk_bills_mandate_debtor_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bills_mandate_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["saved_id"], ["bills_saved.id"], name=op.f("fk_bills_mandate_saved_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills_mandate")),
    )
    op.create_index(
        op.f("ix_bills_mandate_debtor_account_id"),
        "bills_mandate",
        ["debtor_account_id"],
        unique=False,
    )
    op.create_index(
        "ix_bills_mandate_looks",
        "bills_mandate",
        ["next_look_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        op.f("ix_bills_mandate_party_id_id"), "bills_mandate", ["party_id", "id"], unique=False
    )
    op.create_index(
        "uq_bills_mandate_running",
        "bills_mandate",
        ["saved_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "bills_mandate_change",
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["bills_mandate.id"], name=op.f("fk_bills_mandate_change_mandate_id")
        ),
        sa.PrimaryKeyConstraint("mandate_id", "number", name=op.f("pk_bills_mandate_change")),
    )
    op.create_table(
        "bills_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("biller", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("debtor_account_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrows", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'confirmed') = (receipt_number IS NOT NULL)",
            name=op.f("ck_bills_payment_receipt"),
        ),
        sa.CheckConstraint(
            "(state = 'refunded') = (refund_id IS NOT NULL)", name=op.f("ck_bills_payment_refund")
        ),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'refunded')) = (due_at IS NULL)",
            name=op.f("ck_bills_payment_due_until_over"),
        ),
        sa.CheckConstraint(
            "(state IN ('refused', 'refunded')) = (reason_code IS NOT NULL)",
            name=op.f("ck_bills_payment_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('paid', 'telling', 'unknown', 'confirmed', 'refused', 'refunded')",
            name=op.f("ck_bills_payment_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bills_payment_amount")),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["bills_bill.id"], name=op.f("fk_bills_payment_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["biller"], ["bills_biller.code"], name=op.f("fk_bills_payment_biller")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_account_id"],
            ["accounts_account.id"],
            name=op.f("fk_bills_payment_debtor_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["bills_mandate.id"], name=op.f("fk_bills_payment_mandate_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_bills_payment_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments_order.id"], name=op.f("fk_bills_payment_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["payments_order.id"], name=op.f("fk_bills_payment_refund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills_payment")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_bills_payment_payment_id")),
    )
    op.create_index(
        "ix_bills_payment_due",
        "bills_payment",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_bills_payment_party_id_id"), "bills_payment", ["party_id", "id"], unique=False
    )
    op.create_index(
        "uq_bills_payment_alive",
        "bills_payment",
        ["biller", "reference"],
        unique=True,
        postgresql_where=sa.text("state <> 'refunded'"),
    )
    op.create_table(
        "bills_due",
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("retry_on", sa.Date(), nullable=True),
        sa.Column("bill_payment_id", sa.Uuid(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'paid') = (bill_payment_id IS NOT NULL)", name=op.f("ck_bills_due_paid")
        ),
        sa.CheckConstraint(
            "(outcome = 'retrying') = (retry_on IS NOT NULL)", name=op.f("ck_bills_due_retrying")
        ),
        sa.CheckConstraint(
            "(outcome IN ('retrying', 'missed')) = (reason_code IS NOT NULL)",
            name=op.f("ck_bills_due_reason"),
        ),
        sa.CheckConstraint(
            "outcome IN ('paid', 'retrying', 'above_maximum', 'missed', 'gone')",
            name=op.f("ck_bills_due_outcome"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bills_due_amount")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_bills_due_attempts")),
        sa.ForeignKeyConstraint(
            ["bill_payment_id"], ["bills_payment.id"], name=op.f("fk_bills_due_bill_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["bills_mandate.id"], name=op.f("fk_bills_due_mandate_id")
        ),
        sa.PrimaryKeyConstraint("mandate_id", "reference", name=op.f("pk_bills_due")),
    )
    op.create_table(
        "bills_transition",
        sa.Column("bill_payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bill_payment_id"],
            ["bills_payment.id"],
            name=op.f("fk_bills_transition_bill_payment_id"),
        ),
        sa.PrimaryKeyConstraint("bill_payment_id", "number", name=op.f("pk_bills_transition")),
    )
