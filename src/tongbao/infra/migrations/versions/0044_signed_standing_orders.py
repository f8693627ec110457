"""Standing orders that a firm's approvers have signed."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("standing_order", sa.Column("approval_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_standing_order_approval_id"),
        "standing_order",
        "approvals_approval",
        ["approval_id"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_standing_order_approved_once"),
        "standing_order",
        "approved_by IS NULL OR approval_id IS NULL",
    )
