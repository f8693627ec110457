"""What the tables of a tree hold; a module that grows one derives its two tables from these."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column


class NodeColumns:
    """The hash of a complete subtree (RFC 6962); append-only.

    Kept from level 8 (256 leaves) upwards; lower ones are recomputed from the leaves.
    `last_sequence` is the last leaf below the node.
    """

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    last_sequence: Mapped[int] = mapped_column(BigInteger, index=True)


class CheckpointColumns:
    """The root of the tree over the first `tree_size` leaves, signed; append-only.

    `marks` holds the first four bytes of the hash of every leaf since the checkpoint before, so
    that the verifier can say which one was changed. No proof rests on them.
    """

    tree_size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    last_sequence: Mapped[int] = mapped_column(BigInteger, unique=True)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    key_id: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    marks: Mapped[bytes] = mapped_column(LargeBinary)


NODE_TECHNICAL: Final = ("level", "position", "hash", "last_sequence")
CHECKPOINT_TECHNICAL: Final = (
    "tree_size",
    "root",
    "last_sequence",
    "signed_at",
    "key_id",
    "signature",
    "marks",
)


def node_checks() -> tuple[CheckConstraint, ...]:
    """Return what holds of every node."""
    return (
        CheckConstraint("level BETWEEN 8 AND 62 AND position >= 0", name="place"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )


def checkpoint_checks() -> tuple[CheckConstraint, ...]:
    """Return what holds of every checkpoint."""
    return (
        CheckConstraint("tree_size > 0 AND last_sequence >= tree_size", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root"),
        CheckConstraint("octet_length(signature) = 64", name="signature"),
        CheckConstraint("mod(octet_length(marks), 4) = 0", name="marks"),
    )
