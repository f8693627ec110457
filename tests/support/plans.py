"""How much a session's plans read, whatever the tables were like when it made them."""

from typing import LiteralString

from tongbao.infra.db import ReadSession

UNTIL_PLANNED = 8
"""PostgreSQL keeps a plan after five times."""

_READ: LiteralString = "SELECT pg_stat_get_xact_tuples_returned(%s::regclass)"


async def rows_read(tx: ReadSession, table: str) -> int:
    """Return how many rows of a table this transaction has read so far, going through it."""
    ((rows,),) = await tx.fetch(_READ, (table,))
    return int(rows)
