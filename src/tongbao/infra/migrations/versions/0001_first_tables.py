"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.Sequence("accounts_number_serial", start=1, minvalue=1, maxvalue=999_999_999_999)
    op.execute(sa.schema.CreateSequence(serial))
    op.create_table(
        "identity_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('customer', 'staff', 'service')", name=op.f("ck_identity_user_kind")
        ),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_identity_user_roles_some")),
        sa.CheckConstraint(
            "failures BETWEEN 0 AND 4", name=op.f("ck_identity_user_failures_below_lock_out")
        ),
        sa.CheckConstraint("login = lower(login)", name=op.f("ck_identity_user_login_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_user")),
        sa.UniqueConstraint("login", name=op.f("uq_identity_user_login")),
    )
    op.create_table(
        "infra_applied_scripts",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_infra_applied_scripts")),
    )
    op.create_table(
        "infra_idempotency",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("content_language", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "actor_id", "method", "route", "key", name=op.f("pk_infra_idempotency")
        ),
    )
    op.create_index(
        op.f("ix_infra_idempotency_expires_at"), "infra_idempotency", ["expires_at"], unique=False
    )
    op.create_table(
        "infra_job_library",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_infra_job_library")),
    )
    op.create_table(
        "infra_outbox",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_infra_outbox")),
    )
    op.create_table(
        "infra_outbox_cursor",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_infra_outbox_cursor")),
    )
    op.create_table(
        "infra_outbox_parked",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "seq", name=op.f("pk_infra_outbox_parked")),
    )
    op.create_index(
        op.f("ix_infra_outbox_parked_subject"), "infra_outbox_parked", ["subject"], unique=False
    )
    op.create_table(
        "ledger_asset",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("scale", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("code = symbol || '/' || scale", name=op.f("ck_ledger_asset_code")),
        sa.CheckConstraint("scale BETWEEN 0 AND 12", name=op.f("ck_ledger_asset_scale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_asset")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_asset_code")),
        sa.UniqueConstraint("symbol", name=op.f("uq_ledger_asset_symbol")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("asset_id", sa.SmallInteger(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("debit_balance", sa.BigInteger(), nullable=True),
        sa.Column("debit_version", sa.BigInteger(), nullable=True),
        sa.Column("credit_balance", sa.BigInteger(), nullable=True),
        sa.Column("credit_version", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_posting_amount")),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_ledger_posting_two_accounts")
        ),
        sa.PrimaryKeyConstraint("transaction_id", "ordinal", name=op.f("pk_ledger_posting")),
    )
    op.create_index(
        "ix_ledger_posting_credit_internal",
        "ledger_posting",
        ["credit_account_id", "transaction_id"],
        unique=False,
        postgresql_where=sa.text("credit_version IS NULL"),
    )
    op.create_index(
        "ix_ledger_posting_debit_internal",
        "ledger_posting",
        ["debit_account_id", "transaction_id"],
        unique=False,
        postgresql_where=sa.text("debit_version IS NULL"),
    )
    op.create_index(
        "uq_ledger_posting_credit_version",
        "ledger_posting",
        ["credit_account_id", "credit_version"],
        unique=True,
        postgresql_where=sa.text("credit_version IS NOT NULL"),
    )
    op.create_index(
        "uq_ledger_posting_debit_version",
        "ledger_posting",
        ["debit_account_id", "debit_version"],
        unique=True,
        postgresql_where=sa.text("debit_version IS NOT NULL"),
    )
    op.create_table(
        "ledger_tail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_tail")),
    )
    op.create_index(op.f("ix_ledger_tail_account_id"), "ledger_tail", ["account_id"], unique=False)
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column(
            "metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("uid", name=op.f("uq_ledger_transaction_uid")),
    )
    op.create_index(
        op.f("ix_ledger_transaction_correlation_id"),
        "ledger_transaction",
        ["correlation_id"],
        unique=False,
        postgresql_where=sa.text("correlation_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_ledger_transaction_reference"),
        "ledger_transaction",
        ["reference"],
        unique=False,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "parties_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'organisation') = (registration_number IS NOT NULL)",
            name=op.f("ck_parties_party_registration_number_of_organisation"),
        ),
        sa.CheckConstraint(
            "kind IN ('person', 'organisation')", name=op.f("ck_parties_party_kind")
        ),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 200", name=op.f("ck_parties_party_name_length")
        ),
        sa.CheckConstraint(
            "char_length(registration_number) = 18",
            name=op.f("ck_parties_party_registration_number_length"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_party")),
        sa.UniqueConstraint(
            "registration_number", name=op.f("uq_parties_party_registration_number")
        ),
    )
    op.create_table(
        "rating_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("feature_set", sa.Text(), nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("data_fingerprint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "data_fingerprint ~ '^[0-9a-f]{64}$'", name=op.f("ck_rating_model_data_fingerprint")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_rating_model_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_model")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_rating_model_name_version")),
    )
    op.create_index(
        "uq_rating_model_active",
        "rating_model",
        ["name"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "accounts_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("ledger_account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_accounts_account_currency")),
        sa.CheckConstraint(
            "number ~ '^[0-9]{19}$'", name=op.f("ck_accounts_account_number_digits")
        ),
        sa.CheckConstraint("product IN ('current')", name=op.f("ck_accounts_account_product")),
        sa.CheckConstraint(
            "status IN ('open', 'frozen', 'closed')", name=op.f("ck_accounts_account_status")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_accounts_account_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_account")),
        sa.UniqueConstraint(
            "ledger_account_id", name=op.f("uq_accounts_account_ledger_account_id")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_accounts_account_number")),
    )
    op.create_index(
        op.f("ix_accounts_account_party_id"), "accounts_account", ["party_id"], unique=False
    )
    op.create_table(
        "agreements_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "language IN ('zh', 'en')", name=op.f("ck_agreements_agreement_language")
        ),
        sa.CheckConstraint(
            "text_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_agreement_text_digest")
        ),
        sa.CheckConstraint("char_length(text) > 0", name=op.f("ck_agreements_agreement_text_some")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_agreements_agreement_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements_agreement")),
    )
    op.create_index(
        op.f("ix_agreements_agreement_party_id_id"),
        "agreements_agreement",
        ["party_id", "id"],
        unique=False,
    )
    op.create_table(
        "agreements_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'granted') = (ended_at IS NULL)", name=op.f("ck_agreements_consent_ended_at")
        ),
        sa.CheckConstraint(
            "status IN ('granted', 'withdrawn', 'replaced')",
            name=op.f("ck_agreements_consent_status"),
        ),
        sa.CheckConstraint(
            "text_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_consent_text_digest")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_agreements_consent_ended_by")
        ),
        sa.CheckConstraint(
            "expires_at > granted_at", name=op.f("ck_agreements_consent_expires_after_grant")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_agreements_consent_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements_consent")),
    )
    op.create_index(
        op.f("ix_agreements_consent_party_id_id"),
        "agreements_consent",
        ["party_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_agreements_consent_granted",
        "agreements_consent",
        ["party_id", "purpose", "source"],
        unique=True,
        postgresql_where=sa.text("status = 'granted'"),
    )
    op.create_table(
        "identity_token",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "expires_at > issued_at", name=op.f("ck_identity_token_expires_after_issue")
        ),
        sa.CheckConstraint(
            "octet_length(token_sha256) = 32", name=op.f("ck_identity_token_token_sha256_length")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_token_user_id")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_identity_token")),
    )
    op.create_index(op.f("ix_identity_token_user_id"), "identity_token", ["user_id"], unique=False)
    op.create_table(
        "identity_user_party",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_identity_user_party_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_identity_user_party_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "party_id", name=op.f("pk_identity_user_party")),
    )
    op.create_index(
        op.f("ix_identity_user_party_party_id"), "identity_user_party", ["party_id"], unique=False
    )
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column(
            "debit_normal",
            sa.Boolean(),
            sa.Computed("category IN ('asset', 'expense', 'memorandum')", persisted=True),
            nullable=False,
        ),
        sa.Column("asset_id", sa.SmallInteger(), nullable=False),
        sa.Column("overdraft", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("debits_posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credits_posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("debits_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credits_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category IN ('asset', 'liability', 'equity', 'income', 'expense', 'memorandum')",
            name=op.f("ck_ledger_account_category"),
        ),
        sa.CheckConstraint(
            "status <> 'closed' OR (overdraft IS NOT NULL AND debits_posted = credits_posted AND debits_pending = 0 AND credits_pending = 0)",
            name=op.f("ck_ledger_account_closed_empty"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'debit_frozen', 'credit_frozen', 'frozen', 'closed')",
            name=op.f("ck_ledger_account_status"),
        ),
        sa.CheckConstraint(
            "debits_posted >= 0 AND credits_posted >= 0 AND debits_pending >= 0 AND credits_pending >= 0 AND version >= 0",
            name=op.f("ck_ledger_account_counters"),
        ),
        sa.CheckConstraint("overdraft >= 0", name=op.f("ck_ledger_account_overdraft")),
        sa.CheckConstraint(
            "overdraft IS NULL OR CASE WHEN debit_normal THEN debits_posted - credits_posted - credits_pending >= - overdraft ELSE credits_posted - debits_posted - debits_pending >= - overdraft END",
            name=op.f("ck_ledger_account_limit"),
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["ledger_asset.id"], name=op.f("fk_ledger_account_asset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_account_code")),
        sa.UniqueConstraint("uid", name=op.f("uq_ledger_account_uid")),
    )
    op.create_table(
        "agreements_consent_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('granted', 'withdrawn', 'replaced')",
            name=op.f("ck_agreements_consent_event_status"),
        ),
        sa.CheckConstraint(
            "text_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreements_consent_event_text_digest")
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["agreements_consent.id"],
            name=op.f("fk_agreements_consent_event_consent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements_consent_event")),
        sa.UniqueConstraint(
            "consent_id", "status", name=op.f("uq_agreements_consent_event_consent_id_status")
        ),
    )
    op.create_table(
        "lending_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("requested_minor", sa.BigInteger(), nullable=True),
        sa.Column("term_months", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (next_attempt_at IS NOT NULL)",
            name=op.f("ck_lending_application_waiting"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'collecting', 'waiting', 'approved', 'refused', 'referred', 'accepted', 'disbursed', 'expired', 'closed')",
            name=op.f("ck_lending_application_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'accepted', 'disbursed') OR (decision_id IS NOT NULL AND offer_expires_at IS NOT NULL)",
            name=op.f("ck_lending_application_offer"),
        ),
        sa.CheckConstraint(
            "(reason_code IS NULL) = (reason_zh IS NULL) AND (reason_code IS NULL) = (reason_en IS NULL)",
            name=op.f("ck_lending_application_reason"),
        ),
        sa.CheckConstraint("requested_minor > 0", name=op.f("ck_lending_application_requested")),
        sa.CheckConstraint("term_months > 0", name=op.f("ck_lending_application_term")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_lending_application_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_lending_application_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_application")),
    )
    op.create_index(
        op.f("ix_lending_application_party_id_id"),
        "lending_application",
        ["party_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_lending_application_state_id"),
        "lending_application",
        ["state", "id"],
        unique=False,
    )
    op.create_index(
        "uq_lending_application_open",
        "lending_application",
        ["party_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('submitted', 'collecting', 'waiting', 'approved', 'referred', 'accepted')"
        ),
    )
    op.create_table(
        "payments_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_iso_code", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("debtor_account_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_account_number", sa.Text(), nullable=False),
        sa.Column("debtor_name", sa.Text(), nullable=False),
        sa.Column("creditor_account_id", sa.Uuid(), nullable=True),
        sa.Column("creditor_account_number", sa.Text(), nullable=False),
        sa.Column("creditor_name", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("end_to_end_id", sa.Text(), nullable=False),
        sa.Column("remittance", sa.Text(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("initiated_by", sa.Uuid(), nullable=False),
        sa.Column("initiated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'rejected') = (reason_code IS NOT NULL) AND (status = 'settled') = (transaction_id IS NOT NULL)",
            name=op.f("ck_payments_order_outcome"),
        ),
        sa.CheckConstraint(
            "status = 'rejected' OR (creditor_account_id IS NOT NULL AND creditor_account_id <> debtor_account_id)",
            name=op.f("ck_payments_order_settled_between_two"),
        ),
        sa.CheckConstraint(
            "status IN ('settled', 'rejected')", name=op.f("ck_payments_order_status")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_order_amount")),
        sa.CheckConstraint(
            "char_length(end_to_end_id) BETWEEN 1 AND 35",
            name=op.f("ck_payments_order_end_to_end_id"),
        ),
        sa.CheckConstraint(
            "char_length(remittance) BETWEEN 1 AND 140", name=op.f("ck_payments_order_remittance")
        ),
        sa.ForeignKeyConstraint(
            ["creditor_account_id"],
            ["accounts_account.id"],
            name=op.f("fk_payments_order_creditor_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["debtor_account_id"],
            ["accounts_account.id"],
            name=op.f("fk_payments_order_debtor_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments_order")),
    )
    op.create_index(
        op.f("ix_payments_order_creditor_account_id_id"),
        "payments_order",
        ["creditor_account_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payments_order_debtor_account_id_id"),
        "payments_order",
        ["debtor_account_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_payments_order_end_to_end_id",
        "payments_order",
        ["debtor_account_id", "end_to_end_id"],
        unique=True,
        postgresql_where=sa.text("status = 'settled'"),
    )
    op.create_table(
        "sources_fetch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("registration_number", sa.Text(), nullable=False),
        sa.Column("taxpayer_name", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("payload_format", sa.SmallInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "payload_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_sources_fetch_payload_sha256")
        ),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_sources_fetch_period")),
        sa.CheckConstraint("row_count >= 0", name=op.f("ck_sources_fetch_row_count")),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["agreements_consent.id"], name=op.f("fk_sources_fetch_consent_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_sources_fetch_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources_fetch")),
    )
    op.create_index(
        op.f("ix_sources_fetch_consent_id"), "sources_fetch", ["consent_id"], unique=False
    )
    op.create_index(op.f("ix_sources_fetch_party_id"), "sources_fetch", ["party_id"], unique=False)
    op.create_table(
        "lending_application_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "from_state IN ('submitted', 'collecting', 'waiting', 'approved', 'refused', 'referred', 'accepted', 'disbursed', 'expired', 'closed')",
            name=op.f("ck_lending_application_step_from_state"),
        ),
        sa.CheckConstraint(
            "to_state IN ('submitted', 'collecting', 'waiting', 'approved', 'refused', 'referred', 'accepted', 'disbursed', 'expired', 'closed')",
            name=op.f("ck_lending_application_step_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["lending_application.id"],
            name=op.f("fk_lending_application_step_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_application_step")),
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_lending_application_step_application_id_id"),
        "lending_application_step",
        ["application_id", "id"],
        unique=False,
    )
    op.create_table(
        "lending_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("annual_rate_trillionths", sa.BigInteger(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("fetch_id", sa.Uuid(), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("record_sha256", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'approved') = (annual_rate_trillionths IS NOT NULL) AND (outcome <> 'approved' OR limit_minor > 0)",
            name=op.f("ck_lending_decision_approval"),
        ),
        sa.CheckConstraint(
            "outcome IN ('approved', 'refused', 'referred')",
            name=op.f("ck_lending_decision_outcome"),
        ),
        sa.CheckConstraint(
            "record_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_lending_decision_record_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["lending_application.id"],
            name=op.f("fk_lending_decision_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["fetch_id"], ["sources_fetch.id"], name=op.f("fk_lending_decision_fetch_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["rating_model.id"], name=op.f("fk_lending_decision_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_decision")),
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_lending_decision_application_id_id"),
        "lending_decision",
        ["application_id", "id"],
        unique=False,
    )
    op.create_table(
        "lending_loan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ledger_account_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("annual_rate_trillionths", sa.BigInteger(), nullable=False),
        sa.Column("term_months", sa.SmallInteger(), nullable=False),
        sa.Column("day_count", sa.Text(), nullable=False),
        sa.Column("repayment_method", sa.Text(), nullable=False),
        sa.Column("disbursed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disbursed_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=False),
        sa.CheckConstraint("annual_rate_trillionths > 0", name=op.f("ck_lending_loan_annual_rate")),
        sa.CheckConstraint("matures_on > disbursed_on", name=op.f("ck_lending_loan_term")),
        sa.CheckConstraint("principal_minor > 0", name=op.f("ck_lending_loan_principal")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts_account.id"], name=op.f("fk_lending_loan_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements_agreement.id"], name=op.f("fk_lending_loan_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["lending_application.id"],
            name=op.f("fk_lending_loan_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_lending_loan_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lending_loan")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_lending_loan_agreement_id")),
        sa.UniqueConstraint("application_id", name=op.f("uq_lending_loan_application_id")),
        sa.UniqueConstraint("ledger_account_id", name=op.f("uq_lending_loan_ledger_account_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_lending_loan_transaction_id")),
    )
    op.create_index(
        op.f("ix_lending_loan_party_id_id"), "lending_loan", ["party_id", "id"], unique=False
    )
