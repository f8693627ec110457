"""Files of payments that wait for signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_file", sa.Column("approval_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_bulk_file_approval_id"), "bulk_file", ["approval_id"])
    op.create_foreign_key(
        op.f("fk_bulk_file_approval_id"), "bulk_file", "approvals_approval", ["approval_id"], ["id"]
    )
    op.drop_constraint(op.f("ck_bulk_file_state"), "bulk_file", type_="check")
    op.create_check_constraint(
        op.f("ck_bulk_file_state"),
        "bulk_file",
        "state IN ('checked', 'awaiting_approval', 'awaiting_signatures', 'executing',"
        " 'executed', 'rejected', 'cancelled')",
    )
    op.create_check_constraint(
        op.f("ck_bulk_file_signed"),
        "bulk_file",
        "state <> 'awaiting_signatures' OR approval_id IS NOT NULL",
    )
