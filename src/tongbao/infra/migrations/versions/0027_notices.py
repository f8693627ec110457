"""Notices: inboxes, what was sent of them, preferences, and feeds for open pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_infra_message_kind"), "infra_message", type_="check")
    op.create_check_constraint(
        op.f("ck_infra_message_kind"),
        "infra_message",
        "kind IN ('code', 'notice', 'alert', 'information')",
    )
    op.create_table(
        "notices_feed",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_notices_feed_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "seq", name=op.f("pk_notices_feed")),
    )
    op.create_index(
        op.f("ix_notices_feed_written_at"), "notices_feed", ["written_at"], unique=False
    )
    op.create_table(
        "notices_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties_party.id"], name=op.f("fk_notices_notice_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_notices_notice_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_notice")),
        sa.UniqueConstraint(
            "event_seq", "user_id", "code", name=op.f("uq_notices_notice_event_seq_user_id_code")
        ),
    )
    op.create_index(
        op.f("ix_notices_notice_created_at"), "notices_notice", ["created_at"], unique=False
    )
    op.create_index("ix_notices_notice_inbox", "notices_notice", ["user_id", "id"], unique=False)
    op.create_index(
        op.f("ix_notices_notice_party_id"), "notices_notice", ["party_id"], unique=False
    )
    op.create_index(
        "ix_notices_notice_unread",
        "notices_notice",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL AND archived_at IS NULL"),
    )
    op.create_table(
        "notices_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quiet_begins", sa.Time(), nullable=True),
        sa.Column("quiet_ends", sa.Time(), nullable=True),
        sa.Column("quiet_zone", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(choices) = 'object'", name=op.f("ck_notices_preference_choices")
        ),
        sa.CheckConstraint(
            "num_nulls(quiet_begins, quiet_ends, quiet_zone) IN (0, 3)",
            name=op.f("ck_notices_preference_quiet_whole"),
        ),
        sa.CheckConstraint(
            "quiet_begins <> quiet_ends", name=op.f("ck_notices_preference_quiet_length")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_notices_preference_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notices_preference")),
    )
    op.create_table(
        "notices_reader",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("watching", sa.Boolean(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_notices_reader_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notices_reader")),
    )
    op.create_index(
        "ix_notices_reader_watching",
        "notices_reader",
        ["seen_at"],
        unique=False,
        postgresql_where=sa.text("watching"),
    )
    op.create_table(
        "notices_message",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'email')", name=op.f("ck_notices_message_channel")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notices_notice.id"],
            name=op.f("fk_notices_message_notice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["identity_user.id"], name=op.f("fk_notices_message_user_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "channel", name=op.f("pk_notices_message")),
    )
    op.create_index(
        "ix_notices_message_sent",
        "notices_message",
        ["user_id", "channel", "created_at"],
        unique=False,
    )
