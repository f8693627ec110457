"""A payment order names its accounts without foreign keys: a trigger looks for them at once."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for side in ("creditor", "debtor"):
        op.drop_constraint(
            op.f(f"fk_payments_order_{side}_account_id"), "payments_order", type_="foreignkey"
        )
