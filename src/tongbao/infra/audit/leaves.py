"""Entries as leaves of the tree: the same bytes in twenty years.

The format is written down in `docs/modules/audit.md`. Of an entry whose time was over only the hash
of its leaf is left, and stands in for it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import text

from tongbao.infra import tree
from tongbao.infra.db import ReadSession
from tongbao.lib import merkle
from tongbao.lib.merkle import moment

LEAF_PREFIX: Final = b"tongbao.audit.leaf.1\n"
WINDOW: Final = 4 * tree.CHUNK
WINDOW_MAX: Final = 1_000_000
SPAN_BITS: Final = 8

FIELDS: Final = (
    "action",
    "actor_id",
    "actor_kind",
    "actor_roles",
    "address",
    "after",
    "at",
    "before",
    "code",
    "device",
    "keep_years",
    "object_id",
    "object_type",
    "outcome",
    "reason",
    "request_id",
    "seq",
    "session_id",
    "subject_id",
)
"""What an entry consists of, in the order of its leaf."""

COLUMNS: Final = ", ".join(f"e.{name}" for name in FIELDS)

_ENTRIES: Final = text(
    f"SELECT {COLUMNS} FROM infra_audit e WHERE e.seq > :after AND e.seq <= :until"  # noqa: S608
    " ORDER BY e.seq LIMIT :limit"
)
_RETIRED: Final = text("""
    SELECT seqs, hashes FROM infra_audit_retired
     WHERE span >= :after >> 8 AND span <= :until >> 8
""")


class Row(Protocol):
    """Columns by name, as the database's rows have them."""

    def __getitem__(self, name: str, /) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class EntryLeaf:
    """An entry as the tree sees it."""

    sequence: int
    data: bytes

    @property
    def subject(self) -> str:
        """What it is called where it is found changed."""
        return f"audit entry #{self.sequence}"

    @property
    def hash(self) -> bytes:
        """The hash that stands in the tree."""
        return merkle.leaf_hash(self.data)


@dataclass(frozen=True, slots=True)
class RetiredLeaf:
    """What is left of an entry."""

    sequence: int
    hash: bytes

    @property
    def subject(self) -> str:
        """What it is called where it is found changed."""
        return f"retired audit entry #{self.sequence}"


def leaf_data(row: Row) -> bytes:
    """Return an entry's leaf: the prefix and canonical JSON (RFC 8785).

    Every member is always there, null where there is nothing; numbers are decimal strings, digests
    hexadecimal.
    """
    members = {name: _plain(row[name]) for name in FIELDS}
    return LEAF_PREFIX + json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> str | None:
    match value:
        case None:
            return None
        case datetime():
            return moment(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case UUID() | int() | str():
            return str(value)
        case _:
            msg = f"an entry holds no {type(value).__name__}"
            raise TypeError(msg)


async def read_leaves(
    tx: ReadSession, *, after: int, until: int, limit: int = tree.CHUNK
) -> list[tree.Leaf]:
    """Return the leaves with numbers in (after, until], in order, at most `limit`.

    Numbers are looked for in windows, as there may be months of them and no tree over them.
    """
    found: list[tree.Leaf] = []
    window = WINDOW
    while after < until and len(found) < limit:
        end = min(until, after + window)
        some = await _window(tx, after=after, until=end, limit=limit - len(found))
        found += some
        if len(found) < limit:
            after, window = end, min(2 * window, WINDOW_MAX)
    return found


async def _window(tx: ReadSession, *, after: int, until: int, limit: int) -> list[tree.Leaf]:
    bounds = {"after": after, "until": until}
    rows = await tx.execute(_ENTRIES, {**bounds, "limit": limit})
    leaves: list[tree.Leaf] = [
        EntryLeaf(sequence=row["seq"], data=leaf_data(row)) for row in rows.mappings()
    ]
    retired = [
        RetiredLeaf(sequence=seq, hash=hashes[at : at + merkle.HASH_BYTES])
        for seqs, hashes in await tx.execute(_RETIRED, bounds)
        for seq, at in zip(seqs, range(0, len(hashes), merkle.HASH_BYTES), strict=True)
        if after < seq <= until
    ]
    if not retired:
        return leaves
    return sorted([*leaves, *retired], key=lambda leaf: leaf.sequence)[:limit]
