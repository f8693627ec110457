"""Arrays as PostgreSQL receives them, for statements that take thousands of values at once.

From a list the driver looks at each value several times; who knows the type of a column builds the
same bytes at a fifth of the cost. Layout: number of dimensions, whether there are nulls, type of
the elements, length, lower bound (4 bytes each), then per element its length in bytes (-1 for
null) and its bytes, all big-endian (`array_recv` in PostgreSQL's source).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Final

import psycopg
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

_HEADER: Final = struct.Struct("!iiIii")
_NULL: Final = b"\xff\xff\xff\xff"
_EPOCH_DAY: Final = date(2000, 1, 1).toordinal()
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Kind(Enum):
    """A type of elements: its number in PostgreSQL, that of its arrays, and its size in bytes."""

    BOOLEAN = (16, 1000, 1)
    BYTES = (17, 1001, None)
    BIGINT = (20, 1016, 8)
    SMALLINT = (21, 1005, 2)
    INTEGER = (23, 1007, 4)
    TEXT = (25, 1009, None)
    DATE = (1082, 1182, 4)
    INSTANT = (1184, 1185, 8)
    UUID = (2950, 2951, 16)
    JSONB = (3802, 3807, None)


@dataclass(frozen=True, slots=True)
class Array:
    """An array of one type, ready to be sent as a parameter."""

    oid: int
    data: bytes


def array(kind: Kind, elements: Sequence[bytes]) -> Array:
    """Return the array of `elements`, each in the binary format of its type."""
    oid, array_oid, size = kind.value
    if size is not None:
        body = _lengths(size).join([b"", *elements])
    else:
        body = b"".join([part for one in elements for part in (len(one).to_bytes(4), one)])
    return Array(array_oid, _header(oid, len(elements), nulls=False) + body)


def array_with_nulls(kind: Kind, elements: Sequence[bytes | None]) -> Array | None:
    """Return the array of `elements`, or None, which is no array at all, if every one is None."""
    known = [element for element in elements if element is not None]
    if not known:
        return None
    if len(known) == len(elements):
        return array(kind, known)
    oid, array_oid, _ = kind.value
    body = b"".join(_NULL if one is None else len(one).to_bytes(4) + one for one in elements)
    return Array(array_oid, _header(oid, len(elements), nulls=True) + body)


def days(value: date) -> bytes:
    """Return a date as PostgreSQL receives it."""
    return (value.toordinal() - _EPOCH_DAY).to_bytes(4, signed=True)


def microseconds(value: datetime) -> bytes:
    """Return an aware moment as PostgreSQL receives it."""
    return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, signed=True)


def jsonb(text: str) -> bytes:
    """Return a JSON text as PostgreSQL receives a `jsonb`."""
    return b"\x01" + text.encode()


def _header(oid: int, length: int, *, nulls: bool) -> bytes:
    if not length:
        return _HEADER.pack(0, 0, oid, 0, 0)[:12]
    return _HEADER.pack(1, nulls, oid, length, 1)


def _lengths(size: int) -> bytes:
    return size.to_bytes(4)


class _ArrayDumper(Dumper):
    """Tells the driver that nothing is left to do."""

    format = Format.BINARY

    def get_key(self, obj: Array, format: PyFormat) -> tuple[type, int]:  # type: ignore[override]  # noqa: A002, ARG002
        return (self.cls, obj.oid)

    def upgrade(self, obj: Array, format: PyFormat) -> "_ArrayDumper":  # noqa: A002, ARG002
        dumper = _ArrayDumper(self.cls)
        dumper.oid = obj.oid
        return dumper

    def dump(self, obj: Array) -> bytes:
        return obj.data


# For connections opened from now on; `infra.db` imports this module before it opens any.
psycopg.adapters.register_dumper(Array, _ArrayDumper)
