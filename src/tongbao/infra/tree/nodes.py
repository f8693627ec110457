"""Hashes of the tree's nodes: kept from blocks of 256 leaves upwards, recomputed below.

A block takes one row and the rows above it one more, so the nodes cost about one byte a leaf;
recomputing a block takes a few milliseconds.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, tuple_

from tongbao.infra.db import ReadSession
from tongbao.infra.tree.nouns import (
    Leaf,
    Tree,
)
from tongbao.lib import merkle
from tongbao.lib.merkle import Checkpoint, Node

BLOCK_LEVEL: Final = 8
BLOCK: Final = 1 << BLOCK_LEVEL


async def stored(tree: Tree, tx: ReadSession, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Return the hashes of those `nodes` that are kept."""
    wanted = [tuple(node) for node in nodes]
    if not wanted:
        return {}
    rows = await tx.execute(
        select(tree.nodes.level, tree.nodes.position, tree.nodes.hash).where(
            tuple_(tree.nodes.level, tree.nodes.position).in_(wanted)
        )
    )
    return {Node(row.level, row.position): row.hash for row in rows}


async def block_leaves(tree: Tree, tx: ReadSession, block: int, at: Checkpoint) -> list[Leaf]:
    """Return the leaves of a block as far as the tree of checkpoint `at` has them."""
    after = await _last_sequence(tree, tx, block - 1) if block else 0
    whole = (block + 1) * BLOCK <= at.tree_size
    until = await _last_sequence(tree, tx, block) if whole else at.last_sequence
    expected = min(BLOCK, at.tree_size - block * BLOCK)
    if after is None or until is None:
        raise tree.refusals.damaged(tree_size=at.tree_size)
    leaves = await tree.read(tx, after=after, until=until, limit=BLOCK + 1)
    if len(leaves) != expected:
        raise tree.refusals.damaged(tree_size=at.tree_size)
    return leaves


async def block_of(tree: Tree, tx: ReadSession, sequence: int, at: Checkpoint) -> int:
    """Return the number of the block where a leaf of the tree `at` stands."""
    found = await tx.scalar(
        select(tree.nodes.position)
        .where(tree.nodes.level == BLOCK_LEVEL, tree.nodes.last_sequence >= sequence)
        .order_by(tree.nodes.last_sequence)
        .limit(1)
    )
    return at.tree_size // BLOCK if found is None else found


async def _last_sequence(tree: Tree, tx: ReadSession, block: int) -> int | None:
    return await tx.scalar(
        select(tree.nodes.last_sequence).where(
            tree.nodes.level == BLOCK_LEVEL, tree.nodes.position == block
        )
    )


async def hashes_for(
    tree: Tree,
    tx: ReadSession,
    nodes: Iterable[Node],
    at: Checkpoint,
    leaves: dict[int, list[Leaf]],
) -> dict[Node, bytes]:
    """Return the hashes of nodes of the tree `at`, from what is kept and from leaves.

    `leaves` holds those of blocks read before; what is read now is added to it.

    Raises:
        Refusals.damaged: a node or a leaf is missing.
    """
    wanted = set(nodes)
    high = {node for node in wanted if node.level >= BLOCK_LEVEL}
    known = await stored(tree, tx, high)
    for block in {(node.position << node.level) // BLOCK for node in wanted - high}:
        if block not in leaves:
            leaves[block] = await block_leaves(tree, tx, block, at)
        hashes = [leaf.hash for leaf in leaves[block]]
        known.update(merkle.complete_nodes(hashes, first=block * BLOCK))
    if not wanted <= known.keys():
        raise tree.refusals.damaged(tree_size=at.tree_size)
    return known
