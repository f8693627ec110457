"""Rates of deposits, deposits, what went in and what was paid."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deposits_rate",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("annual_rate_trillionths", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_deposits_rate_currency")),
        sa.CheckConstraint(
            "annual_rate_trillionths >= 0", name=op.f("ck_deposits_rate_annual_rate")
        ),
        sa.PrimaryKeyConstraint("product", "currency", "valid_from", name=op.f("pk_deposits_rate")),
    )
    op.create_table(
        "deposits_deposit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ledger_account_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("product_version", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("annual_rate_trillionths", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=True),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("earning_minor", sa.BigInteger(), nullable=False),
        sa.Column("product_base", sa.BigInteger(), nullable=False),
        sa.Column("instalment_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_count", sa.SmallInteger(), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column("lost_products", sa.BigInteger(), nullable=False),
        sa.Column("reduced_products", sa.BigInteger(), nullable=False),
        sa.Column("part_broken", sa.Boolean(), nullable=False),
        sa.Column("accrued_minor", sa.BigInteger(), nullable=False),
        sa.Column("accrued_through", sa.Date(), nullable=False),
        sa.Column("renewed_from", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'notice') = (matures_on IS NULL) AND (kind = 'notice') = (annual_rate_trillionths IS NULL) AND (kind = 'instalment') = (instalment_minor IS NOT NULL)",
            name=op.f("ck_deposits_deposit_kinds"),
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'matured')) = (ended_on IS NULL) AND (state IN ('open', 'matured') OR (principal_minor = 0 AND accrued_minor = 0 AND next_due_on IS NULL))",
            name=op.f("ck_deposits_deposit_ended"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_deposits_deposit_currency")),
        sa.CheckConstraint(
            "holder IN ('person', 'organisation')", name=op.f("ck_deposits_deposit_holder")
        ),
        sa.CheckConstraint(
            "instruction IN ('pay_out', 'renew_principal', 'renew_all', 'hold')",
            name=op.f("ck_deposits_deposit_instruction"),
        ),
        sa.CheckConstraint(
            "kind IN ('time', 'instalment', 'notice')", name=op.f("ck_deposits_deposit_kind")
        ),
        sa.CheckConstraint(
            "number ~ '^[0-9]{8,34}$'", name=op.f("ck_deposits_deposit_number_digits")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'matured', 'paid_out', 'renewed', 'broken', 'closed')",
            name=op.f("ck_deposits_deposit_state"),
        ),
        sa.CheckConstraint("matures_on > starts_on", name=op.f("ck_deposits_deposit_term")),
        sa.CheckConstraint(
            "principal_minor >= 0 AND opening_minor > 0", name=op.f("ck_deposits_deposit_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_deposits_deposit_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements_agreement.id"],
            name=op.f("fk_deposits_deposit_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_deposits_deposit_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["renewed_from"], ["deposits_deposit.id"], name=op.f("fk_deposits_deposit_renewed_from")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits_deposit")),
        sa.UniqueConstraint(
            "ledger_account_id",
            "sequence",
            name=op.f("uq_deposits_deposit_ledger_account_id_sequence"),
        ),
        sa.UniqueConstraint("number", "sequence", name=op.f("uq_deposits_deposit_number_sequence")),
        sa.UniqueConstraint("renewed_from", name=op.f("uq_deposits_deposit_renewed_from")),
    )
    op.create_index(
        op.f("ix_deposits_deposit_account_id"), "deposits_deposit", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_deposits_deposit_agreement_id"), "deposits_deposit", ["agreement_id"], unique=False
    )
    op.create_index(
        "ix_deposits_deposit_due",
        "deposits_deposit",
        ["next_due_on"],
        unique=False,
        postgresql_where=sa.text("next_due_on IS NOT NULL"),
    )
    op.create_index(
        "ix_deposits_deposit_maturing",
        "deposits_deposit",
        ["matures_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_deposits_deposit_open",
        "deposits_deposit",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_deposits_deposit_party_id_id"),
        "deposits_deposit",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "deposits_instalment",
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0 AND number >= 0 AND paid_on >= due_on",
            name=op.f("ck_deposits_instalment_instalment"),
        ),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits_deposit.id"], name=op.f("fk_deposits_instalment_deposit_id")
        ),
        sa.PrimaryKeyConstraint("deposit_id", "number", name=op.f("pk_deposits_instalment")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_deposits_instalment_transaction_id")),
    )
    op.create_table(
        "deposits_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("draws_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (ended_on IS NULL)", name=op.f("ck_deposits_notice_ended")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'drawn', 'cancelled', 'missed')",
            name=op.f("ck_deposits_notice_state"),
        ),
        sa.CheckConstraint(
            "amount_minor > 0 AND draws_on > given_on", name=op.f("ck_deposits_notice_notice")
        ),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits_deposit.id"], name=op.f("fk_deposits_notice_deposit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits_notice")),
    )
    op.create_index(
        op.f("ix_deposits_notice_deposit_id_id"),
        "deposits_notice",
        ["deposit_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_deposits_notice_draws_on",
        "deposits_notice",
        ["draws_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_deposits_notice_open",
        "deposits_notice",
        ["deposit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "deposits_payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deposit_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("paid_by", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('matured', 'renewed', 'broken', 'broken_part', 'drawn')",
            name=op.f("ck_deposits_payout_reason"),
        ),
        sa.CheckConstraint(
            "principal_minor >= 0 AND interest_minor >= 0", name=op.f("ck_deposits_payout_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits_deposit.id"], name=op.f("fk_deposits_payout_deposit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits_payout")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_deposits_payout_transaction_id")),
    )
    op.create_index(
        op.f("ix_deposits_payout_deposit_id_id"),
        "deposits_payout",
        ["deposit_id", "id"],
        unique=False,
    )
