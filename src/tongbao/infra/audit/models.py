"""The trail's table, in months. `sql/trail.sql` says how rows get there, and that they stay."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.tables import Base
from tongbao.infra.tree.columns import (
    CHECKPOINT_TECHNICAL,
    NODE_TECHNICAL,
    CheckpointColumns,
    NodeColumns,
    checkpoint_checks,
    node_checks,
)


class EntryRow(Base):
    """One entry; appended by `infra_audit_append` only.

    Partitioned by month of `at`, and each month by how long its rows are kept. The partitions lie
    in the schema `infra_audit_months`, which nobody but the owner may enter.
    """

    __tablename__ = "infra_audit"
    __data__ = Declared(
        important=("reason", "address"),
        general=("actor_roles",),
        technical=(
            "at",
            "seq",
            "keep_years",
            "action",
            "outcome",
            "code",
            "actor_id",
            "actor_kind",
            "session_id",
            "subject_id",
            "object_type",
            "object_id",
            "before",
            "after",
            "device",
            "request_id",
        ),
        keep=Keep.AUDIT,
    )

    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    keep_years: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(Text(collation="C"))
    outcome: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_roles: Mapped[str | None] = mapped_column(Text)
    session_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    object_type: Mapped[str | None] = mapped_column(Text)
    object_id: Mapped[str | None] = mapped_column(Text(collation="C"))
    before: Mapped[bytes | None] = mapped_column(LargeBinary)
    after: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text(collation="C"))
    device: Mapped[bytes | None] = mapped_column(LargeBinary)
    request_id: Mapped[str | None] = mapped_column(Text(collation="C"))

    __table_args__ = (
        CheckConstraint("keep_years IN (5, 10)", name="keep_years"),
        CheckConstraint("length(action) BETWEEN 3 AND 100", name="action"),
        CheckConstraint(
            "outcome IN ('done', 'refused', 'failed') AND (outcome = 'done') = (code IS NULL)",
            name="outcome",
        ),
        CheckConstraint(
            "actor_kind IN ('customer', 'staff', 'service', 'system', 'anonymous')", name="kind"
        ),
        CheckConstraint("length(reason) BETWEEN 1 AND 200", name="reason"),
        CheckConstraint("length(object_id) BETWEEN 1 AND 200", name="object_id"),
        # Numbers follow the pages, so ranges of pages find them. Ids do not, but a Bloom filter
        # per range says where one cannot be: at a hundredth of what a tree costs each insert.
        # Two filters must fit one page of the index, which bounds the pages of a range.
        Index(
            "ix_infra_audit_pages",
            "seq",
            "object_id",
            "request_id",
            postgresql_using="brin",
            postgresql_ops={"object_id": "text_bloom_ops", "request_id": "text_bloom_ops"},
            postgresql_with={"autosummarize": "on", "pages_per_range": "64"},
        ),
        Index("ix_infra_audit_actor", "actor_id", "at"),
        Index(
            "ix_infra_audit_subject",
            "subject_id",
            "at",
            postgresql_where=text("subject_id IS NOT NULL"),
        ),
        Index(
            "ix_infra_audit_action",
            "action",
            "at",
            postgresql_where=text("action <> 'ledger.post_transaction'"),
        ),
        Index(
            "ix_infra_audit_denied",
            "at",
            "seq",
            postgresql_where=text("outcome <> 'done'"),
        ),
        Index(
            "ix_infra_audit_reason",
            text("infra_audit_pairs(reason)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("reason IS NOT NULL"),
        ),
        {"postgresql_partition_by": "RANGE (at)"},
    )


class NodeRow(NodeColumns, Base):
    """A node of the tree over entries."""

    __tablename__ = "infra_audit_tree_node"
    __data__ = Declared(technical=NODE_TECHNICAL, keep=Keep.BOOKS)
    __table_args__ = node_checks()


class CheckpointRow(CheckpointColumns, Base):
    """A signed root of the tree over entries."""

    __tablename__ = "infra_audit_tree_checkpoint"
    __data__ = Declared(technical=CHECKPOINT_TECHNICAL, keep=Keep.BOOKS)
    __table_args__ = checkpoint_checks()


class RetiredRow(Base):
    """What is left of entries whose time was over: the hashes of their leaves.

    A row holds those of one month among 256 numbers, `span` * 256 and the 255 that follow. The
    tree goes on over them, so that proofs of the entries that stay remain what they were.
    """

    __tablename__ = "infra_audit_retired"
    __data__ = Declared(technical=("span", "first_seq", "seqs", "hashes"), keep=Keep.BOOKS)

    span: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seqs: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    hashes: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("octet_length(hashes) = 32 * cardinality(seqs)", name="hashes"),
        CheckConstraint(
            "seqs[1] = first_seq AND first_seq >> 8 = span AND seqs[cardinality(seqs)] >> 8 = span",
            name="span",
        ),
    )


class WatchRow(Base):
    """How far a watcher of the trail has read."""

    __tablename__ = "infra_audit_watch"
    __data__ = Declared(technical=("name", "seq"), keep=Keep.CONFIGURATION)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class AlertRow(Base):
    """A pattern that somebody must look at; opened once, closed by a person with a finding.

    `who` is the id of the actor, or the address, that the pattern is about.
    """

    __tablename__ = "infra_audit_alert"
    __data__ = Declared(
        important=("who", "finding"),
        technical=(
            "id",
            "rule",
            "entries",
            "first_seq",
            "last_seq",
            "began_at",
            "ended_at",
            "quiet_until",
            "opened_at",
            "closed_at",
            "closed_by",
        ),
        keep=Keep.AUDIT,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    entries: Mapped[int] = mapped_column(Integer)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    quiet_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None]
    finding: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (finding IS NULL)",
            name="closed",
        ),
        CheckConstraint("length(finding) BETWEEN 3 AND 1000", name="finding"),
        Index(None, "rule", "who", "quiet_until"),
        Index("ix_infra_audit_alert_open", "opened_at", postgresql_where=text("closed_at IS NULL")),
        Index("uq_infra_audit_alert_last", "rule", "who", "last_seq", unique=True),
    )
