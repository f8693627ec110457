"""Connections under SQLAlchemy are given back or closed, whatever interrupts their user."""

import asyncio
import gc
import warnings

from tongbao.infra.db import Database, WriteSession, undone
from tongbao.infra.driver import standalone

STEPS_MAX = 200
TURNS_AT_ONCE = 60


async def test_a_connection_of_its_own_is_closed_wherever_its_opening_is_cancelled(
    app_url: str,
) -> None:
    database = Database.connect(app_url, pool_size=1)
    await database.ping()
    opened = asyncio.Event()

    async def listen() -> None:
        async with standalone(database.engine):
            opened.set()
            await asyncio.Event().wait()

    steps = 0
    gc.freeze()  # what other tests left is not looked through two hundred times
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while not opened.is_set():  # cancel after one turn of the loop, after two, ...
            assert steps < STEPS_MAX
            listening = asyncio.create_task(listen())
            for turn in range(steps):
                # A busy machine needs time as well as turns to get as far as the server's answer.
                await asyncio.sleep(0 if turn < TURNS_AT_ONCE else 0.01)
            listening.cancel()
            await asyncio.wait([listening])
            gc.collect()
            steps += 1
    gc.unfreeze()
    assert steps > 5
    await database.ping()
    await database.close()


async def test_what_goes_past_the_toolkit_is_inside_its_savepoints(tx: WriteSession) -> None:
    async def count(place: int) -> None:
        await tx.fetch("SELECT set_config('tongbao.test_place', %s, true)", (str(place),))

    async def counted() -> str:
        ((place,),) = await tx.fetch("SELECT current_setting('tongbao.test_place')")
        return str(place)

    await count(1)
    async with undone(tx):
        await count(2)
        async with undone(tx):
            await count(3)
            assert await counted() == "3"
        assert await counted() == "2"
    assert await counted() == "1"


async def test_rows_without_columns_are_rows(database: Database) -> None:
    async with database.write() as tx:
        assert await tx.fetch("SELECT FROM generate_series(1, 2)") == [(), ()]
        assert await tx.fetch("SELECT FROM generate_series(1, 0)") == []
        assert await tx.fetch("SET LOCAL lock_timeout = 0") == []
