"""Erasures that wait for the law's time to be over."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("due_at > asked_at", name=op.f("ck_privacy_erasure_due_later")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_privacy_erasure_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_erasure")),
    )
    waiting = sa.text("done_at IS NULL")
    op.create_index(
        "uq_privacy_erasure_waiting",
        "privacy_erasure",
        ["party_id"],
        unique=True,
        postgresql_where=waiting,
    )
    op.create_index(
        op.f("ix_privacy_erasure_due_at"), "privacy_erasure", ["due_at"], postgresql_where=waiting
    )
