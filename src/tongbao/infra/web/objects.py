"""What a request changes, before and after, as digests of its row: for the audit trail.

An address names its object: `/api/v1/parties/{party_id}/contacts/{contact_id}` is about a row of
the module's table of contacts. So no route has to say anything: the table is found by the noun, or
by the name of the id, among the tables there are. What has no row of its own under that id, such
as an aggregate kept in several tables, has no digests unless its route says them.
"""

from functools import cache
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import Table, Uuid

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
    await tx.flush()
    rows = await tx.fetch(f"{digest_sql(table)} = %s", (object_id,))
    return rows[0][0] if rows else None


@cache
def digest_sql(table: Table) -> LiteralString:
    """Return what selects the digest of the row with a key, up to where the key is said.

    The names of a table and its key are our own words.
    """
    (key,) = table.primary_key.columns
    return (
        f"SELECT sha256(convert_to({table.name}::text, 'UTF8')) FROM {table.name}"  # noqa: S608
        f" WHERE {table.name}.{key.name}"
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
