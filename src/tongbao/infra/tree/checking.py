"""A tree's verifier: recompute every leaf from the tables, and name what differs from the tree.

It goes through the checkpoints from the first on, and block by block. What is recomputed is held
against the block's node and the signed roots; only when it differs do the marks tell which
leaves are to blame, and then the stored node stands in for the block, so that one changed
row is one finding and not a thousand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import BigInteger, and_, literal, or_, select

from tongbao.infra.db import ReadSession
from tongbao.infra.signing import PublicKey
from tongbao.infra.tree.checkpoints import is_signed, of_row, selected
from tongbao.infra.tree.nodes import BLOCK, BLOCK_LEVEL
from tongbao.infra.tree.nouns import (
    CHUNK,
    FINDINGS_MAX,
    NO_HURRY,
    Finding,
    Leaf,
    Tree,
)
from tongbao.lib import merkle
from tongbao.lib.merkle import MARK_BYTES, Checkpoint, Frontier, Node

CHECKPOINTS_AT_A_TIME: Final = 50
LEVEL_MAX: Final = 62


@dataclass(frozen=True, slots=True)
class Place:
    """One position of the tree: what stands there now, and the mark that should."""

    subject: str
    sequence: int
    hash: bytes | None  # None: nothing stands there
    mark: bytes | None  # None: not known

    @property
    def suspect(self) -> bool:
        """Whether what stands here is not what was taken into the tree, if the mark is right."""
        if self.hash is None:
            return True
        return self.mark is not None and self.hash[:MARK_BYTES] != self.mark


@dataclass(frozen=True, slots=True)
class StoredNode:
    """A node as it is kept."""

    hash: bytes
    last_sequence: int


@dataclass
class Verifier:
    """Holds the tree as recomputed so far, and what differed."""

    tree: Tree
    findings: list[Finding] = field(default_factory=list)
    size: int = 0
    # Over blocks: a leaf of this frontier is a node of level 8.
    blocks: Frontier = field(default_factory=Frontier)
    block: list[Place] = field(default_factory=list)
    # Checkpoints inside the block, with the number of its places they cover.
    waiting: list[tuple[Checkpoint, int]] = field(default_factory=list)
    # From some block on nothing can be recomputed: a leaf and its block's node are both gone.
    lost: bool = False
    _counts: Counter[str] = field(default_factory=Counter)

    def find(self, check: str, subject: str, *, expected: str, found: str) -> None:
        """Note a finding, at most `FINDINGS_MAX` of a kind."""
        self._counts[check] += 1
        if self._counts[check] <= FINDINGS_MAX:
            self.findings.append(
                Finding(check=check, subject=subject, expected=expected, found=found)
            )

    def add(self, made: Checkpoint, places: Sequence[Place], nodes: dict[Node, StoredNode]) -> None:
        """Take up the places that a checkpoint added."""
        for place in places:
            self.block.append(place)
            self.size += 1
            if len(self.block) == BLOCK:
                self._close_block(nodes)
        if self.block:
            self.waiting.append((made, len(self.block)))
        else:
            self._compare_root(made, [])

    def _close_block(self, nodes: dict[Node, StoredNode]) -> None:
        node = Node(BLOCK_LEVEL, self.size // BLOCK - 1)
        kept = nodes.get(node)
        computed = _root(self.block)
        suspects = any(place.suspect for place in self.block)
        sound = kept is not None and computed == kept.hash
        damaged = suspects and not sound
        self._blame(damaged=damaged)
        value = kept.hash if kept is not None and damaged else computed
        self._resolve(damaged=damaged)
        if value is None:
            self.lost = True
            value = merkle.EMPTY_ROOT
        last = self.block[-1].sequence if self.block[-1].hash is not None else None
        self.block = []
        self._compare_node(node, value, last, nodes)
        for above, computed_above in self.blocks.append(value):
            place = Node(above.level + BLOCK_LEVEL, above.position)
            self._compare_node(place, computed_above, last, nodes)

    def close(self) -> None:
        """Judge what is left: a block that is not full yet."""
        if not self.waiting:
            return
        newest, _ = self.waiting[-1]
        root = self._root_with([place.hash for place in self.block])
        damaged = root != newest.root and any(place.suspect for place in self.block)
        self._blame(damaged=damaged)
        self._resolve(damaged=damaged)

    def _blame(self, *, damaged: bool) -> None:
        """Name the suspects of the block, or the marks that accuse them wrongly."""
        for place in self.block:
            if not place.suspect:
                continue
            expected = "as marked" if place.mark is None else f"leaf {place.mark.hex()}…"
            if damaged:
                found = "missing" if place.hash is None else f"leaf {place.hash.hex()[:8]}…"
                self.find(self.tree.leaves_check, place.subject, expected=expected, found=found)
            elif place.hash is not None and place.mark is not None:
                here = place.hash[:MARK_BYTES].hex()
                self.find(
                    self.tree.marks_check, place.subject, expected=here, found=place.mark.hex()
                )

    def _resolve(self, *, damaged: bool) -> None:
        """Compare the roots of the checkpoints inside the block, where the leaves are sound."""
        for made, count in self.waiting:
            covered = self.block[:count]
            if not (damaged and any(place.suspect for place in covered)):
                self._compare_root(made, [place.hash for place in covered])
        self.waiting = []

    def _compare_root(self, made: Checkpoint, partial: Sequence[bytes | None]) -> None:
        root = self._root_with(partial)
        if root is not None and root != made.root:
            self.find(
                self.tree.roots_check,
                self.tree.name_of(made),
                expected=root.hex(),
                found=made.root.hex(),
            )

    def _root_with(self, partial: Sequence[bytes | None]) -> bytes | None:
        """Return the root over the blocks so far and some leaves more; None if it is unknown."""
        edge = Frontier()
        for each in partial:
            if each is None:
                return None
            edge.append(each)
        return None if self.lost else merkle.fold([*self.blocks.hashes, *edge.hashes])

    def _compare_node(
        self, node: Node, computed: bytes, last: int | None, nodes: dict[Node, StoredNode]
    ) -> None:
        subject = self.tree.name_of_node(node)
        kept = nodes.get(node)
        if kept is None:
            self.find(self.tree.nodes_check, subject, expected=computed.hex(), found="missing")
            return
        if kept.hash != computed and not self.lost:
            self.find(
                self.tree.nodes_check, subject, expected=computed.hex(), found=kept.hash.hex()
            )
        if last is not None and kept.last_sequence != last:
            self.find(
                self.tree.nodes_check,
                subject,
                expected=f"up to #{last}",
                found=f"up to #{kept.last_sequence}",
            )


async def verify_tree(
    tree: Tree, tx: ReadSession, *, public_keys: Sequence[PublicKey]
) -> list[Finding]:
    """Return what contradicts a tree; empty means that nothing was changed.

    Only what checkpoints cover is judged. Reads everything, in small statements: for a
    schedule or a restore drill, not for a request.

    Args:
        tx: any transaction; it may last as long as it takes from then on.
        public_keys: of every key that ever signed.
    """
    await tx.execute(NO_HURRY)
    verifier = Verifier(tree)
    size, sequence = 0, 0
    while True:
        rows = (
            await tx.execute(
                selected(tree)
                .add_columns(tree.checkpoints.marks)
                .where(tree.checkpoints.tree_size > size)
                .order_by(tree.checkpoints.tree_size)
                .limit(CHECKPOINTS_AT_A_TIME)
            )
        ).all()
        for row in rows:
            made = of_row(tree, row)
            if not is_signed(made, public_keys):
                verifier.find(
                    verifier.tree.signatures_check,
                    verifier.tree.name_of(made),
                    expected=f"a signature with one of {len(public_keys)} keys",
                    found=f"{made.signature.hex()[:16]}… of key {made.key_id}",
                )
            leaves = await _leaves(tree, tx, after=sequence, until=made.last_sequence)
            places = _places(verifier, leaves, made, row.marks, after=(size, sequence))
            verifier.add(made, places, await _nodes(tree, tx, after=size, until=made.tree_size))
            size, sequence = made.tree_size, max(sequence, made.last_sequence)
        if len(rows) < CHECKPOINTS_AT_A_TIME:
            break
    verifier.close()
    await _superfluous(tx, verifier, size)
    return verifier.findings


def _root(places: Sequence[Place]) -> bytes | None:
    """Return the root over places; None if a leaf is missing."""
    frontier = Frontier()
    for place in places:
        if place.hash is None:
            return None
        frontier.append(place.hash)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Hashed:
    """A leaf without its data."""

    subject: str
    sequence: int
    hash: bytes


async def _leaves(tree: Tree, tx: ReadSession, *, after: int, until: int) -> list[Hashed]:
    found: list[Hashed] = []
    while True:
        some = await tree.read(tx, after=after, until=until)
        found += map(_hashed, some)
        if len(some) < CHUNK:
            return found
        after = some[-1].sequence


def _hashed(leaf: Leaf) -> Hashed:
    return Hashed(subject=leaf.subject, sequence=leaf.sequence, hash=leaf.hash)


def _places(
    verifier: Verifier,
    leaves: list[Hashed],
    made: Checkpoint,
    marks: bytes,
    *,
    after: tuple[int, int],
) -> list[Place]:
    """Bring the leaves that are there together with the places that a checkpoint added.

    `after`: size and last sequence number of the tree before.
    """
    size, sequence = after
    count = made.tree_size - size
    if len(marks) != count * MARK_BYTES:
        found = f"{len(marks) // MARK_BYTES} marks"
        verifier.find(
            verifier.tree.marks_check,
            verifier.tree.name_of(made),
            expected=f"{count} marks",
            found=found,
        )
        if len(leaves) != count:
            found = f"{len(leaves)} {verifier.tree.leaves}"
            verifier.find(
                verifier.tree.leaves_check,
                verifier.tree.name_of(made),
                expected=f"{count} {verifier.tree.leaves}",
                found=found,
            )
        known = [Place(leaf.subject, leaf.sequence, leaf.hash, None) for leaf in leaves[:count]]
        gap = _missing(verifier, made.last_sequence, None)
        return known + [gap] * (count - len(known))
    each_mark = [marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)]
    places: list[Place] = []
    for leaf, mark in _pairs(leaves, each_mark):
        if leaf is None:
            places.append(_missing(verifier, places[-1].sequence if places else sequence, mark))
        elif mark is None:
            verifier.find(
                verifier.tree.leaves_check,
                leaf.subject,
                expected="not in the tree",
                found="among its leaves",
            )
        else:
            places.append(Place(leaf.subject, leaf.sequence, leaf.hash, mark))
    return places


def _missing(verifier: Verifier, after: int, mark: bytes | None) -> Place:
    return Place(f"{verifier.tree.one} after #{after}", after, None, mark)


def _pairs(
    leaves: list[Hashed], marks: list[bytes]
) -> Iterator[tuple[Hashed | None, bytes | None]]:
    """Pair leaves with marks in order, those that fit with each other; None: no partner."""
    here = [leaf.hash[:MARK_BYTES] for leaf in leaves]
    if here == marks:
        yield from zip(leaves, marks, strict=True)
        return
    for kind, a, b, c, d in SequenceMatcher(None, here, marks, autojunk=False).get_opcodes():
        some, due = leaves[a:b], marks[c:d]
        both = min(len(some), len(due))
        yield from zip(some[:both], due[:both], strict=True)
        assert kind != "equal" or both == len(some) == len(due)
        yield from ((leaf, None) for leaf in some[both:])
        yield from ((None, mark) for mark in due[both:])


async def _nodes(tree: Tree, tx: ReadSession, *, after: int, until: int) -> dict[Node, StoredNode]:
    """Return the kept nodes that became complete while the tree grew from `after` to `until`."""
    grown = [
        and_(
            tree.nodes.level == level,
            tree.nodes.position >= after >> level,
            tree.nodes.position < until >> level,
        )
        for level in range(BLOCK_LEVEL, LEVEL_MAX)
        if until >> level > after >> level
    ]
    if not grown:
        return {}
    rows = await tx.scalars(select(tree.nodes).where(or_(*grown)))
    return {Node(row.level, row.position): StoredNode(row.hash, row.last_sequence) for row in rows}


async def _superfluous(tx: ReadSession, verifier: Verifier, size: int) -> None:
    """Find nodes beyond the newest checkpoint: it was taken away, or they were slipped in."""
    nodes = verifier.tree.nodes
    rows = await tx.execute(
        select(nodes.level, nodes.position)
        .where(nodes.position >= literal(size, BigInteger).op(">>")(nodes.level))
        .order_by(nodes.level, nodes.position)
        .limit(FINDINGS_MAX)
    )
    for row in rows:
        subject = verifier.tree.name_of_node(Node(row.level, row.position))
        verifier.find(
            verifier.tree.nodes_check,
            subject,
            expected=f"a tree of size {size}",
            found="a node beyond it",
        )
