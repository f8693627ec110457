"""Keys of sealed fields."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "infra_crypto_kek",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("check_value", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(check_value) = 32", name=op.f("ck_infra_crypto_kek_check_value_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_crypto_kek")),
    )
    op.create_table(
        "infra_crypto_rotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("changed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("broken", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('keys', 'fields')", name=op.f("ck_infra_crypto_rotation_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_crypto_rotation")),
    )
    op.create_index(
        "uq_infra_crypto_rotation_open",
        "infra_crypto_rotation",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "infra_crypto_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("kek_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(wrapped IS NULL) = (ended_at IS NOT NULL) AND (wrapped IS NULL) = (reason IS NOT NULL) AND (wrapped IS NULL) = (kek_id IS NULL)",
            name=op.f("ck_infra_crypto_key_ended_or_wrapped"),
        ),
        sa.CheckConstraint("generation > 0", name=op.f("ck_infra_crypto_key_generation_positive")),
        sa.ForeignKeyConstraint(
            ["kek_id"], ["infra_crypto_kek.id"], name=op.f("fk_infra_crypto_key_kek_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_crypto_key")),
        sa.UniqueConstraint(
            "owner", "generation", name=op.f("uq_infra_crypto_key_owner_generation")
        ),
    )
