"""Proofs for others: a transaction is in the ledger, and the ledger only grew."""

from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger.domain import TransactionNotFound
from tongbao.core.ledger.domain.tree import (
    ConsistencyProof,
    InclusionProof,
    NotInTree,
    SizesOutOfOrder,
    TreeDamaged,
)
from tongbao.core.ledger.models import TransactionRow
from tongbao.core.ledger.service.tree.checkpoints import checkpoint
from tongbao.core.ledger.service.tree.nodes import BLOCK, block_leaves, block_of, hashes_for
from tongbao.infra.db import ReadSession
from tongbao.lib import merkle


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
    block = await block_of(tx, sequence, at)
    leaves = await block_leaves(tx, block, at)
    within = next((at for at, leaf in enumerate(leaves) if leaf.sequence == sequence), None)
    if within is None:
        raise TreeDamaged(tree_size=at.tree_size)
    index = block * BLOCK + within
    path = merkle.inclusion_path(index, at.tree_size)
    known = {block: leaves}
    hashes = await hashes_for(tx, (node for nodes in path for node in nodes), at, known)
    proof = merkle.prove(path, hashes.__getitem__)
    leaf = leaves[within]
    if not merkle.verify_inclusion(
        leaf=leaf.hash, index=index, size=at.tree_size, proof=proof, root=at.root
    ):
        raise TreeDamaged(tree_size=at.tree_size)
    return InclusionProof(
        transaction_id=transaction_id,
        leaf=leaf.data,
        leaf_index=index,
        path=tuple(proof),
        checkpoint=at,
    )


async def prove_consistency(tx: ReadSession, *, old_size: int, new_size: int) -> ConsistencyProof:
    """Prove that between two checkpoints the ledger only grew: nothing was changed or taken out.

    Raises:
        CheckpointNotFound: no checkpoint was signed at one of the sizes.
        SizesOutOfOrder: `old_size` is the larger one.
        TreeDamaged: the ledger contradicts the checkpoints.
    """
    if old_size > new_size:
        raise SizesOutOfOrder(old_size=old_size, new_size=new_size)
    old = await checkpoint(tx, tree_size=old_size)
    new = await checkpoint(tx, tree_size=new_size)
    path = merkle.consistency_path(old_size, new_size)
    hashes = await hashes_for(tx, (node for nodes in path for node in nodes), new, {})
    proof = merkle.prove(path, hashes.__getitem__)
    if not merkle.verify_consistency(
        old_size=old_size, new_size=new_size, old_root=old.root, new_root=new.root, proof=proof
    ):
        raise TreeDamaged(tree_size=new_size)
    return ConsistencyProof(old=old, new=new, path=tuple(proof))
