"""Numbers given out for ever, restraints by order, dormancy; what is withheld in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number ~ '^[0-9]{8,34}$'", name=op.f("ck_accounts_number_digits")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_accounts_number")),
        sa.UniqueConstraint(
            "number", "party_id", "product", name=op.f("uq_accounts_number_number_party_id_product")
        ),
    )
    op.create_table(
        "accounts_restraint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stop", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("ordered_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(stop = 'amount') = (amount_minor IS NOT NULL)",
            name=op.f("ck_accounts_restraint_amount"),
        ),
        sa.CheckConstraint(
            "(stop = 'amount') = (ordered_minor IS NOT NULL)",
            name=op.f("ck_accounts_restraint_ordered"),
        ),
        sa.CheckConstraint(
            "ending IN ('released', 'expired', 'executed')",
            name=op.f("ck_accounts_restraint_ending"),
        ),
        sa.CheckConstraint(
            "stop IN ('debit', 'credit', 'all', 'amount')", name=op.f("ck_accounts_restraint_stop")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_accounts_restraint_ended")
        ),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND ordered_minor", name=op.f("ck_accounts_restraint_left")
        ),
        sa.CheckConstraint(
            "char_length(reason) BETWEEN 1 AND 500", name=op.f("ck_accounts_restraint_reason")
        ),
        sa.CheckConstraint(
            "ordered_minor > 0", name=op.f("ck_accounts_restraint_ordered_positive")
        ),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_accounts_restraint_term")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_accounts_restraint_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_restraint")),
        sa.UniqueConstraint("rank", name=op.f("uq_accounts_restraint_rank")),
    )
    op.create_index(
        op.f("ix_accounts_restraint_account_id_rank"),
        "accounts_restraint",
        ["account_id", "rank"],
        unique=False,
    )
    op.create_index(
        "ix_accounts_restraint_begins",
        "accounts_restraint",
        ["from_at"],
        unique=False,
        postgresql_where=sa.text("NOT begun AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_restraint_ends",
        "accounts_restraint",
        ["until_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "accounts_restraint_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("restraint_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(step = 'deducted') = (transaction_id IS NOT NULL)",
            name=op.f("ck_accounts_restraint_step_deducted"),
        ),
        sa.CheckConstraint(
            "step IN ('placed', 'extended', 'deducted', 'released', 'expired')",
            name=op.f("ck_accounts_restraint_step_step"),
        ),
        sa.ForeignKeyConstraint(
            ["restraint_id"],
            ["accounts_restraint.id"],
            name=op.f("fk_accounts_restraint_step_restraint_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_restraint_step")),
    )
    op.create_index(
        op.f("ix_accounts_restraint_step_restraint_id_id"),
        "accounts_restraint_step",
        ["restraint_id", "id"],
        unique=False,
    )
    _accounts()
    _ledger()
    op.execute(_FROZEN)


def _accounts() -> None:
    table = "accounts_account"
    op.add_column(table, sa.Column("account_class", sa.SmallInteger(), nullable=True))
    op.add_column(table, sa.Column("last_moved_on", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("dormancy_told_on", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("dormant_since", sa.DateTime(timezone=True), nullable=True))
    # What the holder moved since is looked up in the books when it would matter.
    op.execute(
        "UPDATE accounts_account SET last_moved_on = (opened_at AT TIME ZONE 'Asia/Shanghai')::date"
    )
    op.alter_column(table, "last_moved_on", nullable=False)
    op.execute(
        "INSERT INTO accounts_number (number, party_id, product, given_at)"
        " SELECT number, party_id, product, opened_at FROM accounts_account"
    )
    for name in ("number_digits", "product", "status"):
        op.drop_constraint(op.f(f"ck_accounts_account_{name}"), table, type_="check")
    for name, rule in {
        "product": "product IN ('current', 'savings', 'wallet')",
        "status": "status IN ('open', 'frozen', 'dormant', 'closed')",
        "account_class": "account_class IS NULL OR (account_class BETWEEN 1 AND 3"
        " AND currency = 'CNY' AND product <> 'wallet')",
        "dormant": "status <> 'dormant' OR dormant_since IS NOT NULL",
    }.items():
        op.create_check_constraint(op.f(f"ck_accounts_account_{name}"), table, rule)
    op.drop_constraint(op.f("uq_accounts_account_number"), table, type_="unique")
    op.create_index(
        "uq_accounts_account_number",
        table,
        ["number"],
        unique=True,
        postgresql_where=sa.text("product <> 'wallet'"),
    )
    op.create_index(
        "ix_accounts_account_quiet",
        table,
        ["last_moved_on", "id"],
        postgresql_where=sa.text("dormant_since IS NULL AND status <> 'closed'"),
    )
    op.create_unique_constraint(
        op.f("uq_accounts_account_number_currency"), table, ["number", "currency"]
    )
    op.create_foreign_key(
        "fk_accounts_account_number",
        table,
        "accounts_number",
        ["number", "party_id", "product"],
        ["number", "party_id", "product"],
    )
    op.alter_column("accounts_status_change", "changed_by", nullable=True)
    name = op.f("ck_accounts_status_change_status")
    op.drop_constraint(name, "accounts_status_change", type_="check")
    op.create_check_constraint(
        name, "accounts_status_change", "status IN ('open', 'frozen', 'dormant', 'closed')"
    )


def _ledger() -> None:
    op.add_column(
        "ledger_account",
        sa.Column("withheld", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.drop_constraint(op.f("ck_ledger_account_status"), "ledger_account", type_="check")
    for name, rule in {
        "status": "status IN"
        " ('active', 'part_frozen', 'debit_frozen', 'credit_frozen', 'frozen', 'closed')",
        "withheld": "withheld >= 0 AND (withheld = 0"
        " OR (overdraft IS NOT NULL AND status NOT IN ('active', 'closed')))",
    }.items():
        op.create_check_constraint(op.f(f"ck_ledger_account_{name}"), "ledger_account", rule)


# Accounts that somebody froze before restraints were rows: each has one now, of the bank's own,
# without an end, which the same person may lift as they could.
_FROZEN = """
WITH frozen AS (
    SELECT a.id, coalesce(c.reason, 'frozen 冻结') AS reason,
           coalesce(c.changed_by, a.id) AS changed_by, coalesce(c.changed_at, a.opened_at) AS at
      FROM accounts_account a
      LEFT JOIN LATERAL (SELECT * FROM accounts_status_change s
                          WHERE s.account_id = a.id AND s.status = 'frozen'
                          ORDER BY s.id DESC LIMIT 1) c ON true
     WHERE a.status = 'frozen'
), placed AS (
    INSERT INTO accounts_restraint (id, account_id, stop, authority, ordered_by, document_number,
                                    reason, told, from_at, begun, placed_at, placed_by)
    SELECT gen_random_uuid(), id, 'all', 'bank', '', 'emergency stop 紧急止付', reason, true, at, true,
           at, changed_by FROM frozen
    RETURNING id, placed_by, placed_at
)
INSERT INTO accounts_restraint_step (id, restraint_id, step, by_id, taken_at)
SELECT gen_random_uuid(), id, 'placed', placed_by, placed_at FROM placed
"""
