"""What a request changes, before and after, as digests of its row: for the audit trail.

An address names its object: `/api/v1/parties/{party_id}/contacts/{contact_id}` is about a row of
the module's table of contacts. So no route has to say anything: the table is found by the noun, or
by the name of the id, among the tables there are. What has no row of its own under that id, such
as an aggregate kept in several tables, has no digests unless its route says them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import Table, Uuid

from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import WriteSession
from tongbao.infra.tables import Base

OBJECT: Final = "object"
"""What a table's `info` calls its rows, where addresses call them otherwise than the table."""


async def digest_of_row(
    tx: WriteSession, *, tag: str, noun: str | None, parameter: str | None, object_id: UUID
) -> bytes | None:
    """Return the SHA-256 of an object's row as it is on this transaction; None without a row.

    `noun` is the part of the address before the id, `parameter` the id's name in the route.
    """
    table = table_of(tag, noun, parameter)
    if table is None:
        return None
    return (await _digests(tx, table, [object_id])).get(object_id)


async def digests_of_rows(
    tx: WriteSession, *, tag: str, noun: str, object_ids: Sequence[UUID]
) -> dict[UUID, bytes]:
    """Return the SHA-256 of the rows there are of several objects of one kind, by their id."""
    table = table_of(tag, noun, None)
    if table is None or not object_ids:
        return {}
    return await _digests(tx, table, object_ids)


async def _digests(tx: WriteSession, table: Table, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    await tx.flush()
    rows = await tx.fetch(_statement(table), (array(Kind.UUID, [each.bytes for each in ids]),))
    return dict(rows)


@cache
def _statement(table: Table) -> LiteralString:
    """Return what reads digests of a table's rows; its name and its key's are our own words."""
    (key,) = table.primary_key.columns
    return (
        f"SELECT {key.name}, sha256(convert_to({table.name}::text, 'UTF8')) FROM {table.name}"  # noqa: S608
        f" WHERE {key.name} = ANY (%s::uuid[])"
    )


@cache
def table_of(tag: str, noun: str | None, parameter: str | None) -> Table | None:
    """Return the table of an object: of the module of that tag, or the only one of that name."""
    stems = [singular(noun)] if noun else []
    if parameter and parameter.endswith("_id"):
        stems.append(parameter.removesuffix("_id"))
    for stem in stems:
        found = [
            table
            for name, table in Base.metadata.tables.items()
            if (name.endswith(f"_{stem}") or table.info.get(OBJECT) == stem) and _has_uuid(table)
        ]
        of_module = [table for table in found if f"{tag}_" in table.name]
        chosen = of_module or found
        if len(chosen) == 1:
            return chosen[0]
    return None


def singular(noun: str) -> str:
    """Return the singular of a noun of an address, as tables are called."""
    word = noun.replace("-", "_")
    for plural, single in (("sses", "ss"), ("ies", "y"), ("s", "")):
        if word.endswith(plural):
            return word.removesuffix(plural) + single
    return word


def _has_uuid(table: Table) -> bool:
    keys = list(table.primary_key.columns)
    return len(keys) == 1 and isinstance(keys[0].type, Uuid)
