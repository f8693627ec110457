"""Limits that processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "infra_flow_limit",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("number_us", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(key) = 16", name=op.f("ck_infra_flow_limit_key_length")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_infra_flow_limit")),
        prefixes=["UNLOGGED"],
    )
