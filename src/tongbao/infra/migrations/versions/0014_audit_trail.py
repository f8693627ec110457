"""The audit trail: entries by month, the tree over them, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


# Where an entry's reason is looked for: pairs of neighbouring characters, which need no dictionary and
# so work for Chinese too. An index rests on it, so it must never answer otherwise.
PAIRS = """
CREATE FUNCTION infra_audit_pairs(p_text text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT substr(lower(p_text), n, 2)
      FROM generate_series(1, greatest(length(p_text) - 1, 1)) n
)
"""
REASONS = """
CREATE INDEX ix_infra_audit_reason ON infra_audit USING gin (infra_audit_pairs(reason))
    WITH (fastupdate = off) WHERE reason IS NOT NULL
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA infra_audit_months")
    op.execute(PAIRS)
    op.create_table(
        "infra_audit",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("keep_years", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(collation="C"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_roles", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("object_type", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Text(collation="C"), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(collation="C"), nullable=True),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("request_id", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint(
            "actor_kind IN ('customer', 'staff', 'service', 'system', 'anonymous')",
            name=op.f("ck_infra_audit_kind"),
        ),
        sa.CheckConstraint(
            "outcome IN ('done', 'refused', 'failed') AND (outcome = 'done') = (code IS NULL)",
            name=op.f("ck_infra_audit_outcome"),
        ),
        sa.CheckConstraint("keep_years IN (5, 10)", name=op.f("ck_infra_audit_keep_years")),
        sa.CheckConstraint("length(action) BETWEEN 3 AND 100", name=op.f("ck_infra_audit_action")),
        sa.CheckConstraint(
            "length(object_id) BETWEEN 1 AND 200", name=op.f("ck_infra_audit_object_id")
        ),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 200", name=op.f("ck_infra_audit_reason")),
        sa.PrimaryKeyConstraint("at", "seq", "keep_years", name=op.f("pk_infra_audit")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(
        "ix_infra_audit_action",
        "infra_audit",
        ["action", "at"],
        unique=False,
        postgresql_where=sa.text("action <> 'ledger.post_transaction'"),
    )
    op.create_index("ix_infra_audit_actor", "infra_audit", ["actor_id", "at"], unique=False)
    op.create_index(
        "ix_infra_audit_denied",
        "infra_audit",
        ["at", "seq"],
        unique=False,
        postgresql_where=sa.text("outcome <> 'done'"),
    )
    op.create_index(
        "ix_infra_audit_pages",
        "infra_audit",
        ["seq", "object_id", "request_id"],
        unique=False,
        postgresql_using="brin",
        postgresql_ops={"object_id": "text_bloom_ops", "request_id": "text_bloom_ops"},
        postgresql_with={"autosummarize": "on", "pages_per_range": "64"},
    )
    op.create_index(
        "ix_infra_audit_subject",
        "infra_audit",
        ["subject_id", "at"],
        unique=False,
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.create_table(
        "infra_audit_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (finding IS NULL)",
            name=op.f("ck_infra_audit_alert_closed"),
        ),
        sa.CheckConstraint(
            "length(finding) BETWEEN 3 AND 1000", name=op.f("ck_infra_audit_alert_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infra_audit_alert")),
    )
    op.create_index(
        "ix_infra_audit_alert_open",
        "infra_audit_alert",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_infra_audit_alert_rule_who_quiet_until"),
        "infra_audit_alert",
        ["rule", "who", "quiet_until"],
        unique=False,
    )
    op.create_index(
        "uq_infra_audit_alert_last", "infra_audit_alert", ["rule", "who", "last_seq"], unique=True
    )
    op.create_table(
        "infra_audit_retired",
        sa.Column("span", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seqs", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "octet_length(hashes) = 32 * cardinality(seqs)",
            name=op.f("ck_infra_audit_retired_hashes"),
        ),
        sa.CheckConstraint(
            "seqs[1] = first_seq AND first_seq >> 8 = span AND seqs[cardinality(seqs)] >> 8 = span",
            name=op.f("ck_infra_audit_retired_span"),
        ),
        sa.PrimaryKeyConstraint("span", "first_seq", name=op.f("pk_infra_audit_retired")),
    )
    op.create_table(
        "infra_audit_tree_checkpoint",
        sa.Column("tree_size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "mod(octet_length(marks), 4) = 0", name=op.f("ck_infra_audit_tree_checkpoint_marks")
        ),
        sa.CheckConstraint(
            "octet_length(root) = 32", name=op.f("ck_infra_audit_tree_checkpoint_root")
        ),
        sa.CheckConstraint(
            "octet_length(signature) = 64", name=op.f("ck_infra_audit_tree_checkpoint_signature")
        ),
        sa.CheckConstraint(
            "tree_size > 0 AND last_sequence >= tree_size",
            name=op.f("ck_infra_audit_tree_checkpoint_size"),
        ),
        sa.PrimaryKeyConstraint("tree_size", name=op.f("pk_infra_audit_tree_checkpoint")),
        sa.UniqueConstraint(
            "last_sequence", name=op.f("uq_infra_audit_tree_checkpoint_last_sequence")
        ),
    )
    op.create_table(
        "infra_audit_tree_node",
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "level BETWEEN 8 AND 62 AND position >= 0", name=op.f("ck_infra_audit_tree_node_place")
        ),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_infra_audit_tree_node_hash")),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_infra_audit_tree_node")),
    )
    op.create_index(
        op.f("ix_infra_audit_tree_node_last_sequence"),
        "infra_audit_tree_node",
        ["last_sequence"],
        unique=False,
    )
    op.create_table(
        "infra_audit_watch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_infra_audit_watch")),
    )
    op.execute(REASONS)
