"""The index of end-to-end ids is about those that somebody chose: the others are orders' own ids."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("uq_payments_order_end_to_end_id", table_name="payments_order")
    op.create_index(
        "uq_payments_order_end_to_end_id",
        "payments_order",
        ["debtor_account_id", "end_to_end_id"],
        unique=True,
        postgresql_where=sa.text(
            "status NOT IN ('rejected', 'cancelled')"
            " AND end_to_end_id <> replace(id::text, '-', '')"
        ),
    )
