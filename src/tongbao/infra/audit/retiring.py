"""Retiring entries: a partition goes when its time is over, the hashes of its leaves stay.

Done by the owner of the database only (`tongbao audit retire`), never by the application's role.
The tree goes on over what is left, so roots, checkpoints and the proofs of entries that stay are
what they were.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tongbao.infra.audit.errors import TOO_YOUNG, UNCOVERED, NotRetirable
from tongbao.infra.audit.leaves import FIELDS, SPAN_BITS, leaf_data
from tongbao.lib import merkle

SCHEMA: Final = "infra_audit_months"
ROWS_AT_A_TIME: Final = 5_000
LOCK_TIMEOUT: Final = "5s"
"""Dropping waits for everyone who reads the trail, and they behind it: better to try again."""

_NAME: Final = re.compile(r"m(\d{4})(\d{2})_(5|10)")
_PARTITIONS: Final = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'infra_audit_months'::regnamespace AND c.relkind = 'r' AND c.relispartition
 ORDER BY 1
"""
_COVERED_AT: Final = """
SELECT signed_at FROM infra_audit_tree_checkpoint
 WHERE last_sequence >= %s ORDER BY last_sequence LIMIT 1
"""
_KEEP: Final = """
INSERT INTO infra_audit_retired (span, first_seq, seqs, hashes) VALUES (%s, %s, %s, %s)
"""
_RECORD: Final = """
SELECT infra_audit_append(%s, 1, '{10}', '{audit.month_retired}', '{done}', NULL, NULL, '{system}',
    NULL, NULL, NULL, '{partitions}', ARRAY[%s]::text[], ARRAY[%s]::bytea[], NULL, NULL, NULL, NULL,
    NULL)
"""


@dataclass(frozen=True, slots=True)
class Partition:
    """The entries of a month that are kept for the same time."""

    name: str
    year: int
    month: int
    keep_years: int

    @classmethod
    def of(cls, name: str) -> "Partition":
        """Return the partition of a table's name."""
        found = _NAME.fullmatch(name)
        assert found is not None, f"{name}: not a partition of the trail"
        year, month, years = map(int, found.groups())
        return cls(name, year, month, years)

    @property
    def ends(self) -> datetime:
        """The first moment after the month."""
        years, months = divmod(self.month, 12)
        return datetime(self.year + years, months + 1, 1, tzinfo=UTC)

    def is_over(self, at: datetime) -> bool:
        """Tell whether the time of its last entry is over."""
        return self.ends.replace(year=self.ends.year + self.keep_years) <= at


@dataclass(frozen=True, slots=True)
class Retired:
    """What was retired."""

    partition: Partition
    entries: int


def retire(owner_url: str, *, at: datetime) -> list[Retired]:
    """Retire every partition whose time is over, each in a transaction of its own.

    The trail must have been verified before: what is changed must not be retired.

    Raises:
        NotRetirable: no checkpoint covers an entry, or only one that is itself too young.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        names = [name for (name,) in connection.execute(_PARTITIONS)]
        due = [each for each in map(Partition.of, names) if each.is_over(at)]
        return [_retire(connection, each, at=at) for each in due]


def _retire(connection: psycopg.Connection, partition: Partition, *, at: datetime) -> Retired:
    table = sql.Identifier(SCHEMA, partition.name)
    count, digest = 0, b""
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        last = connection.execute(sql.SQL("SELECT max(seq) FROM {}").format(table)).fetchone()
        if last is not None and last[0] is not None:
            _check_covered(connection, partition, last[0], at=at)
        with connection.cursor() as keeper:
            for leaves in _spans(connection, table):
                seqs = [seq for seq, _ in leaves]
                hashes = b"".join(each for _, each in leaves)
                keeper.execute(_KEEP, (seqs[0] >> SPAN_BITS, seqs[0], seqs, hashes))
                count += len(leaves)
                digest = merkle.node_hash(digest, hashes)
        connection.execute(sql.SQL("DROP TABLE {}").format(table))
        connection.execute(_RECORD, (at, partition.name, digest))
    return Retired(partition, count)


def _check_covered(
    connection: psycopg.Connection, partition: Partition, last: int, *, at: datetime
) -> None:
    row = connection.execute(_COVERED_AT, (last,)).fetchone()
    if row is None:
        raise NotRetirable(month=partition.name, why=UNCOVERED)
    signed_at: datetime = row[0]
    if signed_at > at.replace(year=at.year - partition.keep_years, day=min(at.day, 28)):
        raise NotRetirable(month=partition.name, why=TOO_YOUNG)


def _spans(
    connection: psycopg.Connection, table: sql.Identifier
) -> Iterator[Sequence[tuple[int, bytes]]]:
    """Yield numbers and leaf hashes of a partition in order, those of one span together."""
    columns = sql.SQL(", ").join(map(sql.Identifier, FIELDS))
    query = sql.SQL("SELECT {} FROM {} ORDER BY seq").format(columns, table)
    with connection.cursor(name="retiring", row_factory=dict_row) as rows:
        rows.itersize = ROWS_AT_A_TIME
        leaves = ((row["seq"], merkle.leaf_hash(leaf_data(row))) for row in rows.execute(query))
        for _, together in groupby(leaves, key=lambda leaf: leaf[0] >> SPAN_BITS):
            yield list(together)
