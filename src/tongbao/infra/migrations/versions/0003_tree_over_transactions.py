"""Tree over transactions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_tree_checkpoint",
        sa.Column("tree_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "mod(octet_length(marks), 4) = 0", name=op.f("ck_ledger_tree_checkpoint_marks")
        ),
        sa.CheckConstraint("octet_length(root) = 32", name=op.f("ck_ledger_tree_checkpoint_root")),
        sa.CheckConstraint(
            "octet_length(signature) = 64", name=op.f("ck_ledger_tree_checkpoint_signature")
        ),
        sa.CheckConstraint(
            "tree_size > 0 AND last_sequence >= tree_size",
            name=op.f("ck_ledger_tree_checkpoint_size"),
        ),
        sa.PrimaryKeyConstraint("tree_size", name=op.f("pk_ledger_tree_checkpoint")),
        sa.UniqueConstraint("last_sequence", name=op.f("uq_ledger_tree_checkpoint_last_sequence")),
    )
    op.create_table(
        "ledger_tree_node",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "level BETWEEN 8 AND 62 AND position >= 0", name=op.f("ck_ledger_tree_node_place")
        ),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_ledger_tree_node_hash")),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_ledger_tree_node")),
    )
    op.create_index(
        op.f("ix_ledger_tree_node_last_sequence"),
        "ledger_tree_node",
        ["last_sequence"],
        unique=False,
    )
