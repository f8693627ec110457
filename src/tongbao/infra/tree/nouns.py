"""What a persisted tree is made of: leaves, signed checkpoints, proofs; and whose tree it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import TextClause, text

from tongbao.infra.db import ReadSession
from tongbao.infra.tree.columns import CheckpointColumns, NodeColumns
from tongbao.kernel.errors import TongbaoError
from tongbao.lib import merkle
from tongbao.lib.merkle import Checkpoint

CHUNK: Final = 1_024
"""Leaves read at a time."""

FINDINGS_MAX: Final = 100
"""Findings of one kind that are named; one is already too many."""

# Limits that keep requests short are not meant for reading everything. (The one on the length of
# transactions came with PostgreSQL 17.)
NO_HURRY: Final = text(
    "SELECT set_config(name, '0', true) FROM pg_settings"
    " WHERE name IN ('statement_timeout', 'transaction_timeout')"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something stored that contradicts what it should follow from."""

    check: str
    subject: str
    expected: str
    found: str


class Leaf(Protocol):
    """One thing as the tree sees it: what was appended, or the hash that is left of it."""

    @property
    def sequence(self) -> int:
        """Its number; leaves are in the order of theirs."""

    @property
    def subject(self) -> str:
        """What it is called where it is found changed."""

    @property
    def hash(self) -> bytes:
        """The hash that stands in the tree."""


class ReadLeaves(Protocol):
    """Reads what a tree is over."""

    async def __call__(
        self, tx: ReadSession, *, after: int, until: int, limit: int = CHUNK
    ) -> list[Leaf]:
        """Return the leaves with numbers in (after, until], in order, at most `limit`."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Shows that `leaf` stands at position `leaf_index` (from 0) of the tree of `checkpoint`."""

    leaf: Leaf
    leaf_index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def holds(self) -> bool:
        """Tell whether the proof proves it."""
        return merkle.verify_inclusion(
            leaf=self.leaf.hash,
            index=self.leaf_index,
            size=self.checkpoint.tree_size,
            proof=self.path,
            root=self.checkpoint.root,
        )


@dataclass(frozen=True, slots=True)
class Refusals:
    """The errors of the module whose tree it is; each is called with the facts of its detail."""

    checkpoint_not_found: Callable[..., TongbaoError]
    sizes_out_of_order: Callable[..., TongbaoError]
    damaged: Callable[..., TongbaoError]


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree: over what, kept where, and in whose words it speaks.

    `one` is what a leaf is called, with its article, and `leaves` several of them.
    `settled` is the query for the number below which no leaf can appear any more. `label` stands
    before the names of nodes and checkpoints where several trees are verified together.
    """

    lock: str
    one: str
    leaves: str
    label: str
    prefix: str
    nodes: type[NodeColumns]
    checkpoints: type[CheckpointColumns]
    read: ReadLeaves
    settled: TextClause
    refusals: Refusals

    @property
    def leaves_check(self) -> str:
        """What is checked of leaves."""
        return f"{self.leaves} are as the tree has them"

    @property
    def nodes_check(self) -> str:
        """What is checked of kept nodes."""
        return f"nodes of the tree follow from the {self.leaves}"

    @property
    def roots_check(self) -> str:
        """What is checked of the checkpoints' roots."""
        return f"roots of checkpoints follow from the {self.leaves}"

    @property
    def signatures_check(self) -> str:
        """What is checked of the checkpoints' signatures."""
        return f"{self.label}checkpoints are signed with a known key"

    @property
    def marks_check(self) -> str:
        """What is checked of the checkpoints' marks."""
        return f"marks of checkpoints are those of their {self.leaves}"

    def name_of(self, made: Checkpoint) -> str:
        """Return what a checkpoint is called where something is wrong with it."""
        return f"{self.label}checkpoint of size {made.tree_size}"

    def name_of_node(self, node: merkle.Node) -> str:
        """Return what a node is called where something is wrong with it."""
        return f"{self.label}tree node {node.level}/{node.position}"
