"""Extending a tree, after commit and in blocks: who appends waits for no hash."""

from datetime import datetime
from typing import Final

from sqlalchemy import insert, text

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.signing import SigningKey
from tongbao.infra.tree.checkpoints import newest
from tongbao.infra.tree.nodes import BLOCK_LEVEL, hashes_for
from tongbao.infra.tree.nouns import (
    CHUNK,
    Tree,
)
from tongbao.lib import merkle
from tongbao.lib.merkle import MARK_BYTES, Checkpoint, Frontier, signed_text

LEAVES_MAX: Final = 16_384
"""Leaves that one checkpoint adds at most."""

_TURN: Final = text("SELECT pg_try_advisory_xact_lock(hashtext(:lock))")


async def extend_tree(
    tree: Tree, tx: WriteSession, *, signer: SigningKey, at: datetime, leaves_max: int = LEAVES_MAX
) -> Checkpoint | None:
    """Take up the leaves appended since the newest checkpoint, and sign a new one.

    Returns None when there is nothing new, or when somebody else is at it. Takes up at most
    `leaves_max`; call it again, on another transaction, until it returns None.

    Nothing is skipped: leaves are taken in the order of their sequence numbers, and only up
    to the settled number, below which nothing can appear any more. It is asked for in a statement
    before the one that reads, so `tx` must be READ COMMITTED, as ours are.

    Raises:
        Refusals.damaged: the newest checkpoint does not follow from what is stored. Nothing is
            signed that would contradict it.
    """
    if not await tx.scalar(_TURN, {"lock": tree.lock}):
        return None
    last = await newest(tree, tx)
    settled = await tx.scalar(tree.settled) or 0
    frontier = await _frontier(tree, tx, last)
    sequence = last.last_sequence if last else 0
    size = frontier.size
    nodes: list[dict[str, object]] = []
    marks = bytearray()
    while frontier.size - size < leaves_max:
        limit = min(CHUNK, leaves_max - (frontier.size - size))
        leaves = await tree.read(tx, after=sequence, until=settled, limit=limit)
        for leaf in leaves:
            digest = leaf.hash
            marks += digest[:MARK_BYTES]
            sequence = leaf.sequence
            for node, node_hash in frontier.append(digest):
                if node.level >= BLOCK_LEVEL:
                    nodes.append(
                        {
                            "level": node.level,
                            "position": node.position,
                            "hash": node_hash,
                            "last_sequence": sequence,
                        }
                    )
        if len(leaves) < limit:
            break
    if frontier.size == size:
        return None
    if nodes:
        await tx.execute(insert(tree.nodes), nodes)
    return await _sign(
        tree, tx, frontier, last_sequence=sequence, marks=bytes(marks), signer=signer, at=at
    )


async def _frontier(tree: Tree, tx: ReadSession, last: Checkpoint | None) -> Frontier:
    """Return the tree of the newest checkpoint, which must have the root that was signed."""
    if last is None:
        return Frontier()
    cover = merkle.cover(0, last.tree_size)
    hashes = await hashes_for(tree, tx, cover, last, {})
    frontier = Frontier(last.tree_size, [hashes[node] for node in cover])
    if frontier.root() != last.root:
        raise tree.refusals.damaged(tree_size=last.tree_size)
    return frontier


async def _sign(
    tree: Tree,
    tx: WriteSession,
    frontier: Frontier,
    *,
    last_sequence: int,
    marks: bytes,
    signer: SigningKey,
    at: datetime,
) -> Checkpoint:
    root = frontier.root()
    said = signed_text(
        prefix=tree.prefix,
        tree_size=frontier.size,
        root=root,
        last_sequence=last_sequence,
        signed_at=at,
        key_id=signer.public.id,
    )
    made = Checkpoint(
        tree_size=frontier.size,
        root=root,
        last_sequence=last_sequence,
        signed_at=at,
        key_id=signer.public.id,
        signature=signer.sign(said.encode()),
        prefix=tree.prefix,
    )
    await tx.execute(
        insert(tree.checkpoints).values(
            tree_size=made.tree_size,
            root=made.root,
            last_sequence=made.last_sequence,
            signed_at=made.signed_at,
            key_id=made.key_id,
            signature=made.signature,
            marks=marks,
        )
    )
    return made
