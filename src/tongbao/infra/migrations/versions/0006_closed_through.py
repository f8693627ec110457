"""Up to which number a closed period was booked; totals beyond 64 bits."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_period", sa.Column("closed_through", sa.BigInteger(), nullable=True))
    # What is closed stays as it is, this once excepted: the functions that book still refuse.
    op.execute("ALTER TABLE ledger_period DISABLE TRIGGER USER")
    op.execute(
        "UPDATE ledger_period SET closed_through ="
        " (SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END"
        " FROM ledger_transaction_id_seq s) WHERE closed_at IS NOT NULL"
    )
    op.execute("ALTER TABLE ledger_period ENABLE TRIGGER USER")
    op.create_check_constraint(
        op.f("ck_ledger_period_finite"),
        "ledger_period",
        "starts_on >= '0001-01-01' AND ends_on <= '9999-12-31'",
    )
    op.create_check_constraint(
        op.f("ck_ledger_period_closed"),
        "ledger_period",
        "(closed_at IS NULL) = (closed_through IS NULL)",
    )
    for table in ("ledger_day", "ledger_hour"):
        for column in ("debits", "credits"):
            op.alter_column(
                table,
                column,
                existing_type=sa.BigInteger(),
                type_=sa.Numeric(),
                existing_nullable=False,
            )
