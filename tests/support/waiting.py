"""Who waits for whom in the database: tests force an order of events by it."""

import asyncio
from typing import LiteralString

from tongbao.infra.db import Database, WriteSession

SECONDS_MAX = 30


async def backend(tx: WriteSession) -> int:
    """Return the number of the server process that works for a transaction."""
    ((pid,),) = await tx.fetch("SELECT pg_backend_pid()")
    return int(pid)


async def until_somebody_waits_for(database: Database, pid: int) -> None:
    """Return when a transaction waits for the one of this backend, and so for nothing else."""
    await _until(
        database,
        "SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        " AND %s = ANY (pg_blocking_pids(pid))",
        pid,
    )


async def until_somebody_waits(database: Database) -> None:
    """Return when somebody waits for a lock in this database."""
    await _until(
        database,
        "SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE NOT l.granted AND a.datname = current_database()",
    )


async def _until(database: Database, found: LiteralString, *parameters: object) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            async with database.read() as look:
                if await look.fetch(found, parameters):
                    return
            await asyncio.sleep(0.005)
