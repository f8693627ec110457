"""A rotation to be killed: it stops at a forced point, says so, and waits for its end."""

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from tests.support.sealed import Sealings
from tongbao.infra import crypto
from tongbao.infra.crypto import resealing, retagging, rewrapping, runs
from tongbao.infra.db import Database

AT = datetime(2026, 3, 2, 5, tzinfo=UTC)
BATCH = 7


async def rotate(url: str, table: str, keys: str, what: str, stop_at: int, say: Connection) -> None:
    rewrapping.KEYS_A_BATCH = BATCH  # type: ignore[misc]
    resealing.FIELDS_A_BATCH = BATCH  # type: ignore[misc]
    retagging.TAGS_A_BATCH = BATCH  # type: ignore[misc]
    moved = 0
    move = runs.move

    async def moves_and_stops(*given: Any, **named: Any) -> runs.Run:
        nonlocal moved
        run = await move(*given, **named)
        moved += 1
        if moved == stop_at:  # all is written, nothing of this batch is committed
            say.send("here")
            say.recv()
        return run

    runs.move = moves_and_stops
    crypto.use(crypto.Given.of_text(keys, path="test"))
    database = Database.connect(url, pool_size=2)
    await crypto.start(database, at=AT)
    if what == "keys":
        await crypto.rotate_keys(database, clock=lambda: AT)
    elif what == "blinds":
        due = AT + retagging.DUE_AFTER
        await crypto.rotate_blinds(database, [Sealings(table).blind], clock=lambda: due)
    else:
        await crypto.rotate_fields(database, [Sealings(table).column], clock=lambda: AT)
    say.send("done")


def work(url: str, table: str, keys: str, what: str, stop_at: int, say: Connection) -> None:
    """Rotate until the given batch."""
    asyncio.run(rotate(url, table, keys, what, stop_at, say))
