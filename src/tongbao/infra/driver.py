"""Reaching the psycopg connection under SQLAlchemy, for the few things only it can do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tongbao.infra.db import ReadSession

Psycopg = psycopg.AsyncConnection[Any]

# The server shuts down, has crashed, or still starts; it has no connection left.
_AWAY: Final = frozenset({"57P01", "57P02", "57P03", "53300"})


async def connection_of(tx: ReadSession) -> Psycopg:
    """Return the connection that `tx` runs on; what is executed there is part of `tx`."""
    return await tx.driver()


@asynccontextmanager
async def pooled(engine: AsyncEngine) -> AsyncIterator[Psycopg]:
    """Borrow a connection of the pool for one transaction, committed unless the block raises."""
    async with engine.begin() as connection:
        yield await _raw(connection)


@asynccontextmanager
async def standalone(engine: AsyncEngine) -> AsyncIterator[Psycopg]:
    """Open a connection of its own in autocommit, for LISTEN; it does not count for the pool."""
    raw: Psycopg | None = None
    try:
        async with engine.connect() as connection:
            borrowed = await _raw(connection)
            await connection.run_sync(lambda sync: sync.detach())
            raw = borrowed  # ours alone from here on: the pool leaves the closing to us
        await raw.rollback()
        await raw.set_autocommit(True)
        yield raw
    finally:
        if raw is not None:
            await raw.close()


def database_away(error: BaseException) -> bool:
    """Tell whether `error` says that the database cannot be reached, rather than what it answered.

    An operational error without an SQLSTATE comes from the client's side: no connection, or a
    broken one. Any other without one is about what was sent, such as a text with a zero byte.
    """
    if isinstance(error, NoFreeConnection):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        lost = isinstance(error.orig, (psycopg.OperationalError, psycopg.InterfaceError))
    else:
        lost = state in _AWAY or state.startswith("08")
    return lost or error.connection_invalidated


async def _raw(connection: AsyncConnection) -> Psycopg:
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, psycopg.AsyncConnection):
        msg = "the database is not reached through psycopg"
        raise TypeError(msg)
    return raw
