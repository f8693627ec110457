"""The tree over transactions: extended after commit, signed, proved from, verified."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger.domain import TransactionNotFound
from tongbao.core.ledger.domain.tree import InclusionProof, Leaf, NotInTree
from tongbao.core.ledger.models import TransactionRow
from tongbao.core.ledger.service.tree.measures import measure_tree, note_findings
from tongbao.core.ledger.service.tree.planted import TREE
from tongbao.infra import tree
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.infra.tree import Checkpoint, ConsistencyProof, Finding

__all__ = [
    "TREE",
    "checkpoint",
    "extend_tree",
    "measure_tree",
    "note_findings",
    "prove_consistency",
    "prove_inclusion",
    "verify_tree",
]


async def checkpoint(tx: ReadSession, *, tree_size: int | None = None) -> Checkpoint:
    """Return the newest checkpoint, or the one of `tree_size`; raises `CheckpointNotFound`."""
    return await tree.checkpoint(TREE, tx, tree_size=tree_size)


async def extend_tree(
    tx: WriteSession, *, signer: SigningKey, at: datetime, leaves_max: int = tree.LEAVES_MAX
) -> Checkpoint | None:
    """Take up what was booked since the newest checkpoint, and sign a new one.

    `infra.tree` says how; raises `TreeDamaged`.
    """
    return await tree.extend_tree(TREE, tx, signer=signer, at=at, leaves_max=leaves_max)


async def verify_tree(tx: ReadSession, *, public_keys: Sequence[PublicKey]) -> list[Finding]:
    """Return what contradicts the tree over transactions; empty means that nothing was changed."""
    return await tree.verify_tree(TREE, tx, public_keys=public_keys)


async def prove_inclusion(
    tx: ReadSession, transaction_id: UUID, *, tree_size: int | None = None
) -> InclusionProof:
    """Prove that a transaction is in the tree of the newest checkpoint, or of that of `tree_size`.

    The proof is checked before it is handed out.

    Raises:
        TransactionNotFound: nothing was booked under this id.
        CheckpointNotFound: no checkpoint was signed at this size.
        NotInTree: it was booked after that checkpoint.
        TreeDamaged: the ledger contradicts the checkpoint.
    """
    sequence = await tx.scalar(
        select(TransactionRow.id).where(TransactionRow.uid == transaction_id)
    )
    if sequence is None:
        raise TransactionNotFound(transaction_id=str(transaction_id))
    at = await checkpoint(tx, tree_size=tree_size)
    if sequence > at.last_sequence:
        raise NotInTree(transaction_id=str(transaction_id), tree_size=at.tree_size)
    proof = await tree.prove_inclusion(TREE, tx, sequence, at=at)
    assert isinstance(proof.leaf, Leaf)
    return InclusionProof(
        transaction_id=transaction_id,
        leaf=proof.leaf.data,
        leaf_index=proof.leaf_index,
        path=proof.path,
        checkpoint=at,
    )


async def prove_consistency(tx: ReadSession, *, old_size: int, new_size: int) -> ConsistencyProof:
    """Prove that between two checkpoints the ledger only grew: nothing was changed or taken out.

    Raises:
        CheckpointNotFound: no checkpoint was signed at one of the sizes.
        SizesOutOfOrder: `old_size` is the larger one.
        TreeDamaged: the ledger contradicts the checkpoints.
    """
    return await tree.prove_consistency(TREE, tx, old_size=old_size, new_size=new_size)
