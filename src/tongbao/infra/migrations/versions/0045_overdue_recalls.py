"""Recalls that were accepted are asked about as well; what is asked in vain waits for staff."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_payments_recall_overdue",
        "payments_recall",
        ["id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NULL AND status NOT IN ('returned', 'refused')"),
    )
    # Nobody asked where their money was.
    op.execute("UPDATE payments_recall SET due_at = now() WHERE status = 'accepted'")
