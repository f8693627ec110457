"""Top-ups that somebody pays at a wallet, until their time is over or they are taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
    ):
        op.add_column("payments_order", column)
    op.create_check_constraint(
        op.f("ck_payments_order_expires"), "payments_order", "expires_at IS NULL OR kind = 'top_up'"
    )
    op.create_check_constraint(
        op.f("ck_payments_order_closed"),
        "payments_order",
        "closed_by IS NULL OR expires_at IS NOT NULL",
    )
    op.create_index(
        "ix_payments_order_to_pay",
        "payments_order",
        ["creditor_account_id"],
        unique=False,
        postgresql_where=sa.text(
            "expires_at IS NOT NULL AND status IN ('reserved', 'sent', 'unknown')"
        ),
    )
