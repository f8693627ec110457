"""Clients whose tokens were shown from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "identity_client", sa.Column("misplaced_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("identity_client", sa.Column("misplaced_from", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_identity_client_misplaced"),
        "identity_client",
        "(misplaced_at IS NULL) = (misplaced_from IS NULL)",
    )
