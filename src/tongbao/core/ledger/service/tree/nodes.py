"""Hashes of the tree's nodes: kept from blocks of 256 leaves upwards, recomputed below.

A block takes one row and the rows above it one more, so the nodes cost about one byte a
transaction; recomputing a block takes a few milliseconds.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, tuple_

from tongbao.core.ledger.domain.tree import Checkpoint, Leaf, TreeDamaged
from tongbao.core.ledger.models import TreeNodeRow
from tongbao.core.ledger.service.tree.leaves import read_leaves
from tongbao.infra.db import ReadSession
from tongbao.lib import merkle
from tongbao.lib.merkle import Node

BLOCK_LEVEL: Final = 8
BLOCK: Final = 1 << BLOCK_LEVEL


async def stored(tx: ReadSession, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Return the hashes of those `nodes` that are kept."""
    wanted = [tuple(node) for node in nodes]
    if not wanted:
        return {}
    rows = await tx.execute(
        select(TreeNodeRow.level, TreeNodeRow.position, TreeNodeRow.hash).where(
            tuple_(TreeNodeRow.level, TreeNodeRow.position).in_(wanted)
        )
    )
    return {Node(row.level, row.position): row.hash for row in rows}


async def block_leaves(tx: ReadSession, block: int, at: Checkpoint) -> list[Leaf]:
    """Return the leaves of a block as far as the tree of checkpoint `at` has them."""
    after = await _last_sequence(tx, block - 1) if block else 0
    whole = (block + 1) * BLOCK <= at.tree_size
    until = await _last_sequence(tx, block) if whole else at.last_sequence
    expected = min(BLOCK, at.tree_size - block * BLOCK)
    if after is None or until is None:
        raise TreeDamaged(tree_size=at.tree_size)
    leaves = await read_leaves(tx, after=after, until=until, limit=BLOCK + 1)
    if len(leaves) != expected:
        raise TreeDamaged(tree_size=at.tree_size)
    return leaves


async def block_of(tx: ReadSession, sequence: int, at: Checkpoint) -> int:
    """Return the number of the block where a transaction of the tree `at` stands."""
    found = await tx.scalar(
        select(TreeNodeRow.position)
        .where(TreeNodeRow.level == BLOCK_LEVEL, TreeNodeRow.last_sequence >= sequence)
        .order_by(TreeNodeRow.last_sequence)
        .limit(1)
    )
    return at.tree_size // BLOCK if found is None else found


async def _last_sequence(tx: ReadSession, block: int) -> int | None:
    return await tx.scalar(
        select(TreeNodeRow.last_sequence).where(
            TreeNodeRow.level == BLOCK_LEVEL, TreeNodeRow.position == block
        )
    )


async def hashes_for(
    tx: ReadSession, nodes: Iterable[Node], at: Checkpoint, leaves: dict[int, list[Leaf]]
) -> dict[Node, bytes]:
    """Return the hashes of nodes of the tree `at`, from what is kept and from transactions.

    `leaves` holds those of blocks read before; what is read now is added to it.

    Raises:
        TreeDamaged: a node or a transaction is missing.
    """
    wanted = set(nodes)
    high = {node for node in wanted if node.level >= BLOCK_LEVEL}
    known = await stored(tx, high)
    for block in {(node.position << node.level) // BLOCK for node in wanted - high}:
        if block not in leaves:
            leaves[block] = await block_leaves(tx, block, at)
        hashes = [leaf.hash for leaf in leaves[block]]
        known.update(merkle.complete_nodes(hashes, first=block * BLOCK))
    if not wanted <= known.keys():
        raise TreeDamaged(tree_size=at.tree_size)
    return known
