"""Reading checkpoints: how large the tree was at a moment, and its root, signed."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select

from tongbao.core.ledger.domain.tree import Checkpoint, CheckpointNotFound
from tongbao.core.ledger.models import TreeCheckpointRow
from tongbao.infra.db import ReadSession
from tongbao.infra.signing import PublicKey

# Without the marks, which only the verifier reads.
COLUMNS: Final = (
    TreeCheckpointRow.tree_size,
    TreeCheckpointRow.root,
    TreeCheckpointRow.last_sequence,
    TreeCheckpointRow.signed_at,
    TreeCheckpointRow.key_id,
    TreeCheckpointRow.signature,
)


async def checkpoint(tx: ReadSession, *, tree_size: int | None = None) -> Checkpoint:
    """Return the newest checkpoint, or the one of `tree_size`.

    Raises:
        CheckpointNotFound: there is none.
    """
    found = await newest(tx) if tree_size is None else await _of_size(tx, tree_size)
    if found is None:
        raise CheckpointNotFound(tree_size=tree_size or 0)
    return found


async def newest(tx: ReadSession) -> Checkpoint | None:
    """Return the newest checkpoint, None before the first."""
    query = select(*COLUMNS).order_by(TreeCheckpointRow.tree_size.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else of_row(row)


async def _of_size(tx: ReadSession, tree_size: int) -> Checkpoint | None:
    query = select(*COLUMNS).where(TreeCheckpointRow.tree_size == tree_size)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else of_row(row)


def of_row(row: Row[*tuple[Any, ...]]) -> Checkpoint:
    """Return the checkpoint of a row of `COLUMNS`."""
    return Checkpoint(
        tree_size=row.tree_size,
        root=row.root,
        last_sequence=row.last_sequence,
        signed_at=row.signed_at,
        key_id=row.key_id,
        signature=row.signature,
    )


def is_signed(made: Checkpoint, keys: Sequence[PublicKey]) -> bool:
    """Tell whether one of `keys`, the one that the checkpoint names, made its signature."""
    message = made.signed_text.encode()
    return any(key.id == made.key_id and key.verifies(message, made.signature) for key in keys)
