"""Clients whose tokens were shown from elsewhere; what a maker pays alone; ended documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    for table in ("identity_membership", "identity_invitation"):
        op.add_column(
            table,
            sa.Column(
                "day_bands",
                postgresql.JSONB(astext_type=sa.Text()),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )
    op.create_check_constraint(
        op.f("ck_identity_membership_day_bands"),
        "identity_membership",
        "jsonb_typeof(day_bands) = 'object'",
    )
    op.create_table(
        "payments_alone",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("maker_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("paid_minor >= 0", name=op.f("ck_payments_alone_paid")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_payments_alone_party_id")
        ),
        sa.PrimaryKeyConstraint(
            "party_id", "maker_id", "currency", "business_date", name=op.f("pk_payments_alone")
        ),
    )
    op.add_column(
        "parties_document",
        sa.Column("ended_noted_at", sa.DateTime(timezone=True), nullable=True),
    )
