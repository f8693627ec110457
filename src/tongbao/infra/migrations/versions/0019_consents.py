"""Consents with scope, retention and recipient; requests, receipts, reviews."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements_consent_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("statement", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_consent_request_digest")
        ),
        sa.CheckConstraint(
            "(consent_id IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_agreements_consent_request_confirmed"),
        ),
        sa.CheckConstraint(
            "expires_at > requested_at",
            name=op.f("ck_agreements_consent_request_expires_after_request"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["agreements_consent.id"],
            name=op.f("fk_agreements_consent_request_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_agreements_consent_request_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements_consent_request")),
    )
    op.create_index(
        op.f("ix_agreements_consent_request_expires_at"),
        "agreements_consent_request",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "lending_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('kept', 'offer_ended')", name=op.f("ck_lending_review_outcome")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (note IS NULL)",
            name=op.f("ck_lending_review_closed"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["lending_application.id"],
            name=op.f("fk_lending_review_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["agreements_consent.id"], name=op.f("fk_lending_review_consent_id")
        ),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["lending_loan.id"], name=op.f("fk_lending_review_loan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_review")),
        sa.UniqueConstraint(
            "application_id", "consent_id", name=op.f("uq_lending_review_application_id_consent_id")
        ),
    )
    op.create_index(
        op.f("ix_lending_review_id"),
        "lending_review",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    # Consents given before were to these terms; the defaults are for those rows only.
    terms: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
        "recipient": (sa.Text(), "'tongbao'"),
        "scope": (
            postgresql.JSONB(),
            """'{"data": ["invoice.number", "invoice.issued_on", "invoice.direction", "invoice.counterparty", "invoice.amount", "invoice.tax", "invoice.void"], "months_max": 48}'""",
        ),
        "retention_days": (sa.Integer(), "183"),
        "retention_days_after_contract": (sa.Integer(), "1826"),
    }
    for name, (kind, value) in terms.items():
        op.add_column(
            "agreements_consent",
            sa.Column(name, kind, nullable=False, server_default=sa.text(value)),
        )
        op.alter_column("agreements_consent", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_agreements_consent_retention"), "agreements_consent", "retention_days > 0"
    )
    for table in ("agreements_consent", "agreements_consent_event"):
        op.drop_constraint(op.f(f"ck_{table}_status"), table)
        op.create_check_constraint(
            op.f(f"ck_{table}_status"),
            table,
            "status IN ('granted', 'withdrawn', 'replaced', 'expired')",
        )
    op.drop_constraint(op.f("ck_agreements_consent_ended_by"), "agreements_consent")
    op.create_check_constraint(
        op.f("ck_agreements_consent_ended_by"),
        "agreements_consent",
        "(status IN ('withdrawn', 'replaced')) = (ended_by IS NOT NULL)",
    )
    op.drop_index(
        op.f("uq_agreements_consent_granted"),
        table_name="agreements_consent",
        postgresql_where="(status = 'granted'::text)",
    )
    op.create_index(
        "uq_agreements_consent_granted",
        "agreements_consent",
        ["party_id", "purpose", "source", "recipient"],
        unique=True,
        postgresql_where=sa.text("status = 'granted'"),
    )
    op.create_index(
        op.f("ix_agreements_consent_expires_at"),
        "agreements_consent",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'granted'"),
    )
    op.add_column("agreements_consent_event", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.add_column("agreements_consent_event", sa.Column("receipt", sa.Text(), nullable=True))
    op.add_column(
        "agreements_consent_event", sa.Column("receipt_signature", sa.LargeBinary(), nullable=True)
    )
    op.add_column("agreements_consent_event", sa.Column("receipt_key_id", sa.Text(), nullable=True))
    op.alter_column(
        "agreements_consent_event", "recorded_by", existing_type=sa.UUID(), nullable=True
    )
    op.create_check_constraint(
        op.f("ck_agreements_consent_event_recorded_by"),
        "agreements_consent_event",
        "(status = 'expired') = (recorded_by IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_agreements_consent_event_receipt"),
        "agreements_consent_event",
        "(receipt IS NULL) = (receipt_signature IS NULL)"
        " AND (receipt IS NULL) = (receipt_key_id IS NULL)",
    )
    op.add_column("lending_application", sa.Column("consent_id", sa.Uuid(), nullable=True))
    op.create_index(
        op.f("ix_lending_application_consent_id"),
        "lending_application",
        ["consent_id"],
        unique=False,
    )
    op.create_foreign_key(
        op.f("fk_lending_application_consent_id"),
        "lending_application",
        "agreements_consent",
        ["consent_id"],
        ["id"],
    )
    op.execute(
        "UPDATE lending_application a SET consent_id = f.consent_id"
        " FROM lending_decision d JOIN sources_fetch f ON f.id = d.fetch_id"
        " WHERE d.id = a.decision_id"
    )
