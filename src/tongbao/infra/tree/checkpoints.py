"""Reading checkpoints: how large a tree was at a moment, and its root, signed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from tongbao.infra.db import ReadSession
from tongbao.infra.signing import PublicKey
from tongbao.infra.tree.nouns import (
    Tree,
)
from tongbao.lib.merkle import Checkpoint


def selected(tree: Tree) -> Select[*tuple[Any, ...]]:
    """Return the query for checkpoints, without the marks, which only the verifier reads."""
    kept = tree.checkpoints
    return select(
        kept.tree_size,
        kept.root,
        kept.last_sequence,
        kept.signed_at,
        kept.key_id,
        kept.signature,
    )


async def checkpoint(tree: Tree, tx: ReadSession, *, tree_size: int | None = None) -> Checkpoint:
    """Return the newest checkpoint, or the one of `tree_size`.

    Raises:
        Refusals.checkpoint_not_found: there is none.
    """
    found = await newest(tree, tx) if tree_size is None else await _of_size(tree, tx, tree_size)
    if found is None:
        raise tree.refusals.checkpoint_not_found(tree_size=tree_size or 0)
    return found


async def newest(tree: Tree, tx: ReadSession) -> Checkpoint | None:
    """Return the newest checkpoint, None before the first."""
    query = selected(tree).order_by(tree.checkpoints.tree_size.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else of_row(tree, row)


async def _of_size(tree: Tree, tx: ReadSession, tree_size: int) -> Checkpoint | None:
    query = selected(tree).where(tree.checkpoints.tree_size == tree_size)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else of_row(tree, row)


def of_row(tree: Tree, row: Row[*tuple[Any, ...]]) -> Checkpoint:
    """Return the checkpoint of a row of `selected`."""
    return Checkpoint(
        tree_size=row.tree_size,
        root=row.root,
        last_sequence=row.last_sequence,
        signed_at=row.signed_at,
        key_id=row.key_id,
        signature=row.signature,
        prefix=tree.prefix,
    )


def is_signed(made: Checkpoint, keys: Sequence[PublicKey]) -> bool:
    """Tell whether one of `keys`, the one that the checkpoint names, made its signature."""
    message = made.signed_text.encode()
    return any(key.id == made.key_id and key.verifies(message, made.signature) for key in keys)
