"""Proofs for others: something is in a tree, and the tree only grew."""

from tongbao.infra.db import ReadSession
from tongbao.infra.tree.checkpoints import checkpoint
from tongbao.infra.tree.nodes import BLOCK, block_leaves, block_of, hashes_for
from tongbao.infra.tree.nouns import (
    Inclusion,
    Leaf,
    Tree,
)
from tongbao.lib import merkle
from tongbao.lib.merkle import Checkpoint, ConsistencyProof


async def prove_inclusion(
    tree: Tree,
    tx: ReadSession,
    sequence: int,
    *,
    at: Checkpoint,
    blocks: dict[int, list[Leaf]] | None = None,
) -> Inclusion:
    """Prove that the leaf with this number is in the tree of checkpoint `at`, which covers it.

    The proof is checked before it is handed out. `blocks` keeps what was read for proofs before.

    Raises:
        Refusals.damaged: what is stored contradicts the checkpoint.
    """
    known = {} if blocks is None else blocks
    block = await block_of(tree, tx, sequence, at)
    if block not in known:
        known[block] = await block_leaves(tree, tx, block, at)
    leaves = known[block]
    within = next((at for at, leaf in enumerate(leaves) if leaf.sequence == sequence), None)
    if within is None:
        raise tree.refusals.damaged(tree_size=at.tree_size)
    index = block * BLOCK + within
    path = merkle.inclusion_path(index, at.tree_size)
    hashes = await hashes_for(tree, tx, (node for nodes in path for node in nodes), at, known)
    proof = Inclusion(
        leaf=leaves[within],
        leaf_index=index,
        path=tuple(merkle.prove(path, hashes.__getitem__)),
        checkpoint=at,
    )
    if not proof.holds():
        raise tree.refusals.damaged(tree_size=at.tree_size)
    return proof


async def prove_consistency(
    tree: Tree, tx: ReadSession, *, old_size: int, new_size: int
) -> ConsistencyProof:
    """Prove that between two checkpoints the tree only grew: nothing was changed or taken out.

    Raises:
        Refusals.checkpoint_not_found: no checkpoint was signed at one of the sizes.
        Refusals.sizes_out_of_order: `old_size` is the larger one.
        Refusals.damaged: what is stored contradicts the checkpoints.
    """
    if old_size > new_size:
        raise tree.refusals.sizes_out_of_order(old_size=old_size, new_size=new_size)
    old = await checkpoint(tree, tx, tree_size=old_size)
    new = await checkpoint(tree, tx, tree_size=new_size)
    path = merkle.consistency_path(old_size, new_size)
    hashes = await hashes_for(tree, tx, (node for nodes in path for node in nodes), new, {})
    proof = merkle.prove(path, hashes.__getitem__)
    if not merkle.verify_consistency(
        old_size=old_size, new_size=new_size, old_root=old.root, new_root=new.root, proof=proof
    ):
        raise tree.refusals.damaged(tree_size=new_size)
    return ConsistencyProof(old=old, new=new, path=tuple(proof))
