"""How agreements were signed, and their documents under our seal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements_signing",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("factors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("step_up_id", sa.Uuid(), nullable=True),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "text_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_signing_text_digest")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements_agreement.id"],
            name=op.f("fk_agreements_signing_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreements_signing")),
    )
    op.create_table(
        "agreements_document",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("certificate_sha256", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_document_sha256")),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 8388608",
            name=op.f("ck_agreements_document_content"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements_agreement.id"],
            name=op.f("fk_agreements_document_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreements_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_agreements_document_sha256")),
    )
