"""How long fetched data is kept, rotations of blind indexes, erasures that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = op.f("ck_infra_crypto_rotation_kind")
    op.drop_constraint(kind, "infra_crypto_rotation", type_="check")
    op.create_check_constraint(
        kind, "infra_crypto_rotation", "kind IN ('keys', 'fields', 'blinds')"
    )
    op.add_column("sources_fetch", sa.Column("keep_until", sa.DateTime(timezone=True)))
    op.add_column("sources_fetch", sa.Column("payload_deleted_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE sources_fetch AS f SET keep_until = f.fetched_at + make_interval(days => c.retention_days)"
        " FROM agreements_consent AS c WHERE c.id = f.consent_id"
    )
    op.alter_column("sources_fetch", "keep_until", nullable=False)
    op.alter_column("sources_fetch", "payload", nullable=True)
    op.create_check_constraint(
        op.f("ck_sources_fetch_payload"),
        "sources_fetch",
        "(payload IS NULL) = (payload_deleted_at IS NOT NULL)",
    )
    op.create_index(
        op.f("ix_sources_fetch_keep_until"),
        "sources_fetch",
        ["keep_until"],
        postgresql_where=sa.text("payload_deleted_at IS NULL"),
    )
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
