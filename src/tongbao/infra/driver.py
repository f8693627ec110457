"""Reaching the psycopg connection under SQLAlchemy, for the few things only it can do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tongbao.infra.db import ReadSession

Psycopg = psycopg.AsyncConnection[Any]


async def connection_of(tx: ReadSession) -> Psycopg:
    """Return the connection that `tx` runs on; what is executed there is part of `tx`."""
    return await _raw(await tx.connection())


@asynccontextmanager
async def pooled(engine: AsyncEngine) -> AsyncIterator[Psycopg]:
    """Borrow a connection of the pool for one transaction, committed unless the block raises."""
    async with engine.begin() as connection:
        yield await _raw(connection)


@asynccontextmanager
async def standalone(engine: AsyncEngine) -> AsyncIterator[Psycopg]:
    """Open a connection of its own in autocommit, for LISTEN; it does not count for the pool."""
    async with engine.connect() as connection:
        raw = await _raw(connection)
        await connection.run_sync(lambda sync: sync.detach())
    # Ours alone from here on: the pool has forgotten it and leaves the closing to us.
    try:
        await raw.rollback()
        await raw.set_autocommit(True)
        yield raw
    finally:
        await raw.close()


async def _raw(connection: AsyncConnection) -> Psycopg:
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, psycopg.AsyncConnection):
        msg = "the database is not reached through psycopg"
        raise TypeError(msg)
    return raw
