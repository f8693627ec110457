"""The tree over entries: grown after commit, signed, proved from, verified."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import RowMapping, text

from tongbao.infra import tree
from tongbao.infra.audit.errors import (
    CheckpointNotFound,
    EntryNotFound,
    NotInTree,
    SizesOutOfOrder,
    TreeDamaged,
)
from tongbao.infra.audit.leaves import COLUMNS, read_leaves
from tongbao.infra.audit.models import CheckpointRow, NodeRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.lib.merkle import Checkpoint, ConsistencyProof

CHECKPOINT_PREFIX: Final = "tongbao.audit.checkpoint.1"

TREE: Final = tree.Tree(
    lock="infra_audit_tree",
    one="an audit entry",
    leaves="audit entries",
    label="audit ",
    prefix=CHECKPOINT_PREFIX,
    nodes=NodeRow,
    checkpoints=CheckpointRow,
    read=read_leaves,
    settled=text("SELECT infra_audit_settled()"),
    refusals=tree.Refusals(
        checkpoint_not_found=CheckpointNotFound,
        sizes_out_of_order=SizesOutOfOrder,
        damaged=TreeDamaged,
    ),
)
RETIRED_CHECK: Final = "retired audit entries were old enough"

FINDINGS: Final = Gauge(
    "tongbao_audit_findings",
    "What the last verification of the audit trail found; anything but 0 is an alarm",
    multiprocess_mode="mostrecent",
)
VERIFIED: Final = Gauge(
    "tongbao_audit_verified_timestamp_seconds",
    "When the audit trail was last verified",
    multiprocess_mode="mostrecent",
)
TREE_SIZE: Final = Gauge(
    "tongbao_audit_tree_size_entries",
    "Entries that the newest checkpoint of the audit trail covers; it never falls",
    multiprocess_mode="mostrecent",
)
UNCOVERED_AGE: Final = Gauge(
    "tongbao_audit_tree_lag_seconds",
    "Age of the oldest entry that no checkpoint covers; 0 when all are covered",
    multiprocess_mode="mostrecent",
)

_ENTRY: Final = text(f"SELECT {COLUMNS} FROM infra_audit e WHERE e.seq = :seq")  # noqa: S608
_OLDEST_AFTER: Final = text("SELECT min(at) FROM infra_audit WHERE seq > :after AND seq <= :until")
# The checkpoint that took an entry up was signed after the entry was made, so a young one tells
# that what it took up cannot be old.
_TOO_YOUNG: Final = text("""
    SELECT r.first_seq, c.signed_at FROM infra_audit_retired r
    CROSS JOIN LATERAL (
        SELECT k.signed_at FROM infra_audit_tree_checkpoint k
         WHERE k.last_sequence >= r.seqs[cardinality(r.seqs)] ORDER BY k.last_sequence LIMIT 1) c
     WHERE c.signed_at > CAST(:at AS timestamptz) - interval '5 years'
     ORDER BY r.first_seq LIMIT :limit
""")


async def entry(tx: ReadSession, seq: int) -> RowMapping:
    """Return an entry by its number; raises `EntryNotFound`."""
    row = (await tx.execute(_ENTRY, {"seq": seq})).mappings().one_or_none()
    if row is None:
        raise EntryNotFound(seq=seq)
    return row


async def checkpoint(tx: ReadSession, *, tree_size: int | None = None) -> Checkpoint:
    """Return the newest checkpoint, or the one of `tree_size`; raises `CheckpointNotFound`."""
    return await tree.checkpoint(TREE, tx, tree_size=tree_size)


async def extend_tree(
    tx: WriteSession, *, signer: SigningKey, at: datetime, leaves_max: int = tree.LEAVES_MAX
) -> Checkpoint | None:
    """Take up the entries made since the newest checkpoint, and sign a new one (`infra.tree`)."""
    return await tree.extend_tree(TREE, tx, signer=signer, at=at, leaves_max=leaves_max)


async def prove_inclusion(
    tx: ReadSession, seq: int, *, tree_size: int | None = None
) -> tree.Inclusion:
    """Prove that an entry is in the tree of the newest checkpoint, or of that of `tree_size`.

    Raises `EntryNotFound`, `CheckpointNotFound`, `NotInTree`, `TreeDamaged`.
    """
    await entry(tx, seq)
    at = await checkpoint(tx, tree_size=tree_size)
    if seq > at.last_sequence:
        raise NotInTree(seq=seq, tree_size=at.tree_size)
    return await tree.prove_inclusion(TREE, tx, seq, at=at)


async def prove_consistency(tx: ReadSession, *, old_size: int, new_size: int) -> ConsistencyProof:
    """Prove that between two checkpoints the trail only grew.

    Raises `CheckpointNotFound`, `SizesOutOfOrder`, `TreeDamaged`.
    """
    return await tree.prove_consistency(TREE, tx, old_size=old_size, new_size=new_size)


async def verify(
    tx: ReadSession, *, public_keys: Sequence[PublicKey], at: datetime
) -> list[tree.Finding]:
    """Return what contradicts the tree over entries; empty means that nothing was changed."""
    findings = await tree.verify_tree(TREE, tx, public_keys=public_keys)
    rows = await tx.execute(_TOO_YOUNG, {"at": at, "limit": tree.FINDINGS_MAX})
    findings += [
        tree.Finding(
            check=RETIRED_CHECK,
            subject=f"retired audit entries from #{first_seq}",
            expected="a checkpoint signed five years ago",
            found=f"one signed at {signed_at.isoformat()}",
        )
        for first_seq, signed_at in rows
    ]
    return findings


async def measure_tree(tx: ReadSession, *, at: datetime) -> None:
    """Set the gauges of the tree's size and lag."""
    last = await tree.newest(TREE, tx)
    after = 0
    if last is not None:
        TREE_SIZE.set(last.tree_size)
        after = last.last_sequence
    until = await tx.scalar(TREE.settled)
    oldest = await tx.scalar(_OLDEST_AFTER, {"after": after, "until": until})
    UNCOVERED_AGE.set(0 if oldest is None else max(0, (at - oldest).total_seconds()))


def note_findings(findings: Sequence[tree.Finding], *, at: datetime) -> None:
    """Set the gauges of a verification that has just ended."""
    FINDINGS.set(len(findings))
    VERIFIED.set(at.timestamp())
