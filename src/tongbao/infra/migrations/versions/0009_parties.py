"""Parties: facts, relationships, documents, levels, identity cases, duplicates; files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "infra_file_content",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'application/pdf')",
            name=op.f("ck_infra_file_content_media_type"),
        ),
        sa.CheckConstraint(
            "octet_length(content) BETWEEN 1 AND 8388608",
            name=op.f("ck_infra_file_content_content"),
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_infra_file_content_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_infra_file_content")),
    )
    op.create_table(
        "infra_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 100", name=op.f("ck_infra_file_name_length")
        ),
        sa.CheckConstraint(
            "char_length(purpose) BETWEEN 1 AND 60", name=op.f("ck_infra_file_purpose_length")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["infra_file_content.sha256"], name=op.f("fk_infra_file_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_file")),
    )
    op.create_index(op.f("ix_infra_file_owner_id"), "infra_file", ["owner_id"], unique=False)
    op.create_index(op.f("ix_infra_file_sha256"), "infra_file", ["sha256"], unique=False)
    op.create_table(
        "parties_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('residence', 'registered', 'business', 'mailing')",
            name=op.f("ck_parties_address_kind"),
        ),
        sa.CheckConstraint(
            "char_length(line) BETWEEN 1 AND 200", name=op.f("ck_parties_address_line_length")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_address_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_address")),
    )
    op.create_index(
        op.f("ix_parties_address_party_id_id"), "parties_address", ["party_id", "id"], unique=False
    )
    op.create_table(
        "parties_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)",
            name=op.f("ck_parties_case_decided"),
        ),
        sa.CheckConstraint(
            "cause IN ('application', 'review', 'expiry')", name=op.f("ck_parties_case_cause")
        ),
        sa.CheckConstraint(
            "state IN ('opened', 'evidence', 'checking', 'waiting', 'needs_staff', 'approved', 'refused')",
            name=op.f("ck_parties_case_state"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_parties_case_level")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_case_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_case")),
    )
    op.create_index(
        op.f("ix_parties_case_party_id_id"), "parties_case", ["party_id", "id"], unique=False
    )
    op.create_index(op.f("ix_parties_case_state_id"), "parties_case", ["state", "id"], unique=False)
    op.create_index(
        "uq_parties_case_open",
        "parties_case",
        ["party_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('approved', 'refused')"),
    )
    op.create_table(
        "parties_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('phone', 'email')", name=op.f("ck_parties_contact_kind")),
        sa.CheckConstraint(
            "char_length(value) BETWEEN 3 AND 254", name=op.f("ck_parties_contact_value_length")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_contact_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_contact")),
    )
    op.create_index(
        op.f("ix_parties_contact_party_id_id"), "parties_contact", ["party_id", "id"], unique=False
    )
    op.create_index(
        "uq_parties_contact_primary",
        "parties_contact",
        ["party_id", "kind"],
        unique=True,
        postgresql_where=sa.text("is_primary AND removed_at IS NULL"),
    )
    op.create_index(
        "uq_parties_contact_value",
        "parties_contact",
        ["party_id", "kind", "value"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "parties_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("issuing_authority", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_days", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "type IN ('id_card', 'passport', 'residence_permit', 'business_licence', 'other')",
            name=op.f("ck_parties_document_type"),
        ),
        sa.CheckConstraint(
            "char_length(number) BETWEEN 4 AND 30", name=op.f("ck_parties_document_number_length")
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_parties_document_period")),
        sa.CheckConstraint("version > 0", name=op.f("ck_parties_document_version")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_document_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_document")),
    )
    op.create_index(
        op.f("ix_parties_document_party_id_type_version"),
        "parties_document",
        ["party_id", "type", "version"],
        unique=True,
    )
    op.create_index(
        "ix_parties_document_valid_until",
        "parties_document",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_parties_document_current",
        "parties_document",
        ["party_id", "type", "number"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "parties_duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("worked_by", sa.Uuid(), nullable=True),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'open') = (worked_at IS NULL)", name=op.f("ck_parties_duplicate_worked")
        ),
        sa.CheckConstraint(
            "verdict IN ('open', 'same', 'not_same')", name=op.f("ck_parties_duplicate_verdict")
        ),
        sa.CheckConstraint("party_id < other_id", name=op.f("ck_parties_duplicate_pair")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_parties_duplicate_score")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["parties_party.id"], name=op.f("fk_parties_duplicate_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_duplicate_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_duplicate")),
    )
    op.create_index(
        op.f("ix_parties_duplicate_other_id"), "parties_duplicate", ["other_id"], unique=False
    )
    op.create_index(
        op.f("ix_parties_duplicate_party_id_other_id"),
        "parties_duplicate",
        ["party_id", "other_id"],
        unique=True,
    )
    op.create_index(
        op.f("ix_parties_duplicate_verdict_id"),
        "parties_duplicate",
        ["verdict", "id"],
        unique=False,
    )
    op.create_table(
        "parties_match_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_match_key_party_id")
        ),
        sa.PrimaryKeyConstraint("key", "party_id", name=op.f("pk_parties_match_key")),
    )
    op.create_index(
        op.f("ix_parties_match_key_party_id"), "parties_match_key", ["party_id"], unique=False
    )
    op.create_table(
        "parties_organisation",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("legal_form", sa.Text(), nullable=True),
        sa.Column("capital_minor", sa.BigInteger(), nullable=True),
        sa.Column("capital_currency", sa.Text(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("business_scope", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "form IN ('company', 'sole_trader', 'other')", name=op.f("ck_parties_organisation_form")
        ),
        sa.CheckConstraint(
            "(capital_minor IS NULL) = (capital_currency IS NULL) AND capital_minor >= 0",
            name=op.f("ck_parties_organisation_capital"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_organisation_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_parties_organisation")),
    )
    op.create_table(
        "parties_person",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("nationality", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.CheckConstraint("sex IN ('female', 'male')", name=op.f("ck_parties_person_sex")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_person_party_id")
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_parties_person")),
    )
    op.create_table(
        "parties_relationship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_party_id", sa.Uuid(), nullable=False),
        sa.Column("to_party_id", sa.Uuid(), nullable=False),
        sa.Column("share_basis_points", sa.SmallInteger(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'beneficial_owner') = (share_basis_points IS NOT NULL) AND share_basis_points BETWEEN 2500 AND 10000",
            name=op.f("ck_parties_relationship_share"),
        ),
        sa.CheckConstraint(
            "kind <> 'family' OR from_party_id < to_party_id",
            name=op.f("ck_parties_relationship_family"),
        ),
        sa.CheckConstraint(
            "kind IN ('legal_representative', 'authorised_operator', 'beneficial_owner', 'guarantor', 'family')",
            name=op.f("ck_parties_relationship_kind"),
        ),
        sa.CheckConstraint(
            "from_party_id <> to_party_id", name=op.f("ck_parties_relationship_two_parties")
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_parties_relationship_period")),
        sa.ForeignKeyConstraint(
            ["from_party_id"],
            ["parties_party.id"],
            name=op.f("fk_parties_relationship_from_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_party_id"], ["parties_party.id"], name=op.f("fk_parties_relationship_to_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_relationship")),
    )
    op.create_index(
        op.f("ix_parties_relationship_from_party_id_kind"),
        "parties_relationship",
        ["from_party_id", "kind"],
        unique=False,
    )
    op.create_index(
        op.f("ix_parties_relationship_to_party_id_kind"),
        "parties_relationship",
        ["to_party_id", "kind"],
        unique=False,
    )
    op.create_index(
        "uq_parties_relationship_lasting",
        "parties_relationship",
        ["kind", "from_party_id", "to_party_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_parties_relationship_legal_representative",
        "parties_relationship",
        ["to_party_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'legal_representative' AND until IS NULL"),
    )
    op.create_table(
        "parties_risk_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("rated_by", sa.Uuid(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "risk IN ('low', 'medium', 'high')", name=op.f("ck_parties_risk_rating_risk")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_risk_rating_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_risk_rating")),
    )
    op.create_index(
        op.f("ix_parties_risk_rating_party_id_id"),
        "parties_risk_rating",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "parties_status_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "before IN ('prospect', 'active', 'dormant', 'blocked', 'closed') AND after IN ('prospect', 'active', 'dormant', 'blocked', 'closed')",
            name=op.f("ck_parties_status_change_status"),
        ),
        sa.CheckConstraint("before <> after", name=op.f("ck_parties_status_change_change")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_status_change_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_status_change")),
    )
    op.create_index(
        op.f("ix_parties_status_change_party_id_id"),
        "parties_status_change",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "parties_case_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["parties_case.id"], name=op.f("fk_parties_case_step_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_case_step")),
    )
    op.create_index(
        op.f("ix_parties_case_step_case_id_id"),
        "parties_case_step",
        ["case_id", "id"],
        unique=False,
    )
    op.create_table(
        "parties_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('id_card', 'id_card_front', 'id_card_back', 'face', 'business_licence', 'licence_picture', 'id_card_reading', 'licence_reading', 'identity_bureau', 'business_registry', 'face_comparison', 'staff_note')",
            name=op.f("ck_parties_evidence_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["parties_case.id"], name=op.f("fk_parties_evidence_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["infra_file.id"], name=op.f("fk_parties_evidence_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_evidence")),
    )
    op.create_index(
        op.f("ix_parties_evidence_case_id_id"), "parties_evidence", ["case_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_parties_evidence_file_id"), "parties_evidence", ["file_id"], unique=False
    )
    op.create_table(
        "parties_level_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.SmallInteger(), nullable=False),
        sa.Column("after", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("before <> after", name=op.f("ck_parties_level_change_change")),
        sa.CheckConstraint(
            "before BETWEEN 0 AND 3 AND after BETWEEN 0 AND 3",
            name=op.f("ck_parties_level_change_level"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["parties_case.id"], name=op.f("fk_parties_level_change_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_parties_level_change_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_level_change")),
    )
    op.create_index(
        op.f("ix_parties_level_change_party_id_id"),
        "parties_level_change",
        ["party_id", "id"],
        unique=False,
    )
    op.add_column(
        "parties_party", sa.Column("status", sa.Text(), server_default="prospect", nullable=False)
    )
    op.add_column(
        "parties_party", sa.Column("level", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.add_column("parties_party", sa.Column("risk", sa.Text(), nullable=True))
    op.add_column("parties_party", sa.Column("review_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_parties_party_review_on",
        "parties_party",
        ["review_on"],
        unique=False,
        postgresql_where=sa.text("review_on IS NOT NULL"),
    )
    statuses = "('prospect', 'active', 'dormant', 'blocked', 'closed')"
    for name, rule in (
        ("status", f"status IN {statuses}"),
        ("level", "level BETWEEN 0 AND 3"),
        ("risk", "risk IN ('low', 'medium', 'high')"),
        ("review", "(risk IS NULL) = (review_on IS NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_parties_party_{name}"), "parties_party", rule)
    # Whoever was registered so far was known to staff and had no limit by level.
    op.execute("UPDATE parties_party SET status = 'active', level = 3")
    op.execute(
        "INSERT INTO parties_level_change"
        " (id, party_id, before, after, reason, changed_at)"
        " SELECT gen_random_uuid(), id, 0, 3, '启用分级前已登记 / registered before levels', now()"
        " FROM parties_party"
    )
