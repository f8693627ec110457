"""Merkle trees over a growing list, and proofs about them, as in RFC 6962 section 2.1 (SHA-256).

A tree of n leaves has one root. An *inclusion proof* shows that a leaf stands at a position of the
tree with a known root; a *consistency proof* shows that the tree with a newer root begins with all
the leaves of the tree with an older one. The algorithms of the verifiers are those of RFC 9162
sections 2.1.3.2 and 2.1.4.2, which speaks of the same trees.

Nothing here stores anything. A *node* (level, position) is the root of the 2**level leaves from
position * 2**level on; it never changes once they are all there. Any subtree that a proof needs is
put together from at most 64 such nodes, so whoever keeps some levels and can recompute the others
(`node_hash` upwards from `leaf_hash`) has everything.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
MARK_BYTES: Final = 4
"""A mark is the beginning of a leaf's hash, kept to find which leaf was changed."""

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""


class Node(NamedTuple):
    """A complete subtree: the 2**level leaves from position * 2**level on; level 0 is a leaf."""

    level: int
    position: int


Hashes = Callable[[Node], bytes]
"""Tells the hash of a node."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a subtree from those of its two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root of neighbouring complete subtrees, the largest first (see `cover`)."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def cover(start: int, end: int) -> list[Node]:
    """Return the nodes that the leaves [start, end) consist of, the largest first.

    `start` must be a multiple of a power of two that is at least end - start, as it is for every
    subtree of a tree; 0 always is.
    """
    assert 0 <= start <= end, "a range of leaves"
    length = end - start
    assert length == 0 or start % _power_at_least(length) == 0, "no subtree begins here"
    nodes = []
    for level in reversed(range(length.bit_length())):
        if length >> level & 1:
            nodes.append(Node(level, start >> level))
            start += 1 << level
    return nodes


class Frontier:
    """The right edge of a growing tree: all it takes to append leaves and to tell the root."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree of `size` leaves; `hashes` are those of `cover(0, size)`."""
        assert len(hashes) == size.bit_count(), "one hash for each node of cover(0, size)"
        self.size = size
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of `cover(0, size)`."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Append a leaf's hash; return the nodes above it that are complete now, lowest first."""
        complete = []
        index = self.size
        level = 0
        current = leaf
        while index & 1:
            current = node_hash(self._hashes.pop(), current)
            index >>= 1
            level += 1
            complete.append((Node(level, index), current))
        self._hashes.append(current)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return fold(self._hashes)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of a tree from the hashes of its leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_path(index: int, size: int) -> list[list[Node]]:
    """Return what an inclusion proof consists of: per hash of it, the nodes to `fold`.

    `index` counts from 0 and is below `size`.
    """
    assert 0 <= index < size, "the leaf is in the tree"
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _power_below(end - start)
        if index < middle:
            path.append(cover(middle, end))
            end = middle
        else:
            path.append(cover(start, middle))
            start = middle
    return path[::-1]


def consistency_path(old_size: int, new_size: int) -> list[list[Node]]:
    """Return what a consistency proof consists of: per hash of it, the nodes to `fold`.

    Empty for 0 = old_size (every tree begins with nothing) and for equal sizes.
    """
    assert 0 <= old_size <= new_size, "a tree only grows"
    if old_size in {0, new_size}:
        return []
    path = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _power_below(end - start)
        if old_size <= middle:
            path.append(cover(middle, end))
            end = middle
        else:
            path.append(cover(start, middle))
            start = middle
    if start > 0:  # else the old root itself stands here, which the verifier knows
        path.append(cover(start, end))
    return path[::-1]


def prove(path: Iterable[Sequence[Node]], hashes: Hashes) -> list[bytes]:
    """Return the proof for a path (`inclusion_path`, `consistency_path`)."""
    return [fold([hashes(node) for node in nodes]) for nodes in path]


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `proof` shows that the leaf with this hash stands at `index` of this tree."""
    if not 0 <= index < size:
        return False
    computed = leaf
    left, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if left & 1 or left == last:
            computed = node_hash(sibling, computed)
            while left and not left & 1:
                left >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        left >>= 1
        last >>= 1
    return last == 0 and computed == root


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether `proof` shows that the new tree begins with all leaves of the old one."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # An old tree of a power of two is itself the first hash of the proof, which leaves it out.
    hashes = iter([old_root, *proof] if old_size.bit_count() == 1 else proof)
    left, last = old_size - 1, new_size - 1
    while left & 1:
        left >>= 1
        last >>= 1
    first = next(hashes, None)
    if first is None:
        return False
    old = new = first
    for sibling in hashes:
        if last == 0:
            return False
        if left & 1 or left == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while left and not left & 1:
                left >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        left >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def complete_nodes(leaves: Sequence[bytes], *, first: int = 0) -> Iterator[tuple[Node, bytes]]:
    """Yield every node inside a block of leaves, the leaves too; `first` is their first position.

    `len(leaves)` leaves from a multiple of a power of two that is at least that many.
    """
    assert first % _power_at_least(len(leaves) or 1) == 0, "a block begins at a multiple of it"
    level, index, row = 0, first, list(leaves)
    while row:
        for offset, each in enumerate(row):
            yield Node(level, index + offset), each
        pairs = range(0, len(row) - 1, 2)
        row = [node_hash(row[at], row[at + 1]) for at in pairs]
        level, index = level + 1, index >> 1


def _power_below(number: int) -> int:
    """Return the largest power of two below a number above 1."""
    power: int = 1 << ((number - 1).bit_length() - 1)
    return power


def _power_at_least(number: int) -> int:
    """Return the smallest power of two that is at least a number above 0."""
    power: int = 1 << (number - 1).bit_length()
    return power


def moment(at: datetime) -> str:
    """Write an instant: UTC, always six decimals, `2026-03-02T04:00:00.000000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def signed_text(
    *,
    prefix: str,
    tree_size: int,
    root: bytes,
    last_sequence: int,
    signed_at: datetime,
    key_id: str,
) -> str:
    """Return what a checkpoint's signature is over: six lines, each ended by a line feed."""
    lines = [prefix, str(tree_size), root.hex(), str(last_sequence), moment(signed_at), key_id]
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree over the first `tree_size` leaves; the last of them is `last_sequence`.

    `prefix` says which tree it is, and is part of what is signed.
    """

    tree_size: int
    root: bytes
    last_sequence: int
    signed_at: datetime
    key_id: str
    signature: bytes
    prefix: str

    @property
    def signed_text(self) -> str:
        """What the signature is over."""
        return signed_text(
            prefix=self.prefix,
            tree_size=self.tree_size,
            root=self.root,
            last_sequence=self.last_sequence,
            signed_at=self.signed_at,
            key_id=self.key_id,
        )


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Shows that the tree of `new` begins with every leaf of the tree of `old`."""

    old: Checkpoint
    new: Checkpoint
    path: tuple[bytes, ...]
