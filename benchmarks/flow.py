"""What a limit costs a request: ours, and the ways that were not taken. Prints one JSON document.

python benchmarks/flow.py
"""

import asyncio
import fcntl
import json
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median

from tongbao.app import tables
from tongbao.infra.db import Database
from tongbao.infra.driver import standalone
from tongbao.infra.flow.gcra import Policy
from tongbao.infra.flow.limiter import Limiter
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.kernel.ids import new_id

WIDE = Policy("bench", quota=1_000_000_000, window_seconds=60)
ALONE = 100_000
TRIPS = 500
ONE = """
    INSERT INTO {table} (key, number_us) VALUES (%s, 1)
    ON CONFLICT (key) DO UPDATE SET number_us = {table}.number_us + 1 RETURNING number_us
"""


def memory_us() -> float:
    """One limit judged in memory."""
    limiter, subjects = Limiter(), [str(new_id()) for _ in range(1_000)]
    began = time.perf_counter()
    for number in range(ALONE):
        limiter.admit(WIDE, subjects[number % 1_000])
    return (time.perf_counter() - began) / ALONE * 1e6


def shared_memory_us() -> float:
    """Use a slot of a shared file under a lock, as processes of one host could."""
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 20)
        with mmap.mmap(file.fileno(), 1 << 20) as page:
            began = time.perf_counter()
            for number in range(ALONE):
                place = (number % 1_000) * 64
                fcntl.lockf(file, fcntl.LOCK_EX, 8, place, os.SEEK_SET)
                (value,) = struct.unpack_from("q", page, place)
                struct.pack_into("q", page, place, value + 1)
                fcntl.lockf(file, fcntl.LOCK_UN, 8, place, os.SEEK_SET)
            return (time.perf_counter() - began) / ALONE * 1e6


async def each_us(step: Callable[[], Awaitable[object]]) -> float:
    """Return the median of `TRIPS` steps one after the other."""
    taken = []
    for _ in range(TRIPS):
        began = time.perf_counter()
        await step()
        taken.append(time.perf_counter() - began)
    return median(taken) * 1e6


async def database_us(database: Database) -> dict[str, float]:
    """Limits that ask the database for each request."""
    found = {}
    async with standalone(database.engine) as connection:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_logged (key bytea PRIMARY KEY, number_us bigint)"
        )
        for name, table in (("logged", "bench_logged"), ("unlogged", "infra_flow_limit")):
            statement = ONE.format(table=table).encode()
            key = os.urandom(16)

            async def ask(statement: bytes = statement, key: bytes = key) -> None:
                await connection.execute(statement, (key,))

            found[f"row_{name}_us"] = await each_us(ask)
    return found


async def exact_us(database: Database) -> dict[str, float]:
    """Wait for the exchange, alone and in a crowd."""
    limiter = Limiter()
    async with limiter.running(database):
        await asyncio.sleep(0.5)
        alone = await each_us(lambda: limiter.admit_exactly(WIDE, "somebody"))
        began = time.perf_counter()
        await asyncio.gather(*(limiter.admit_exactly(WIDE, str(n)) for n in range(2_000)))
        crowd = (time.perf_counter() - began) / 2_000 * 1e6
    return {"exact_alone_us": alone, "exact_of_2000_us": crowd}


async def measure(url: str) -> dict[str, float]:
    """Return everything."""
    database = Database.connect(url)
    try:
        return {
            "memory_us": memory_us(),
            "shared_memory_us": shared_memory_us(),
            **await exact_us(database),
            **await database_us(database),
        }
    finally:
        await database.close()


def main() -> None:
    """Measure on a server of its own, which writes as durably as any."""
    tables.load()
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        run_migrations(server.urls().owner)
        found = asyncio.run(measure(server.urls().owner))
    print(json.dumps({name: round(value, 1) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
