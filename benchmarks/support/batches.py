"""Writers of batches of payments, each a process that knows nothing of the others.

Run as a program it gets the database, the number of customers, how many batches to pay and a seed.
It says when it is ready, begins when it is told to, and says when it is done.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Final

from benchmarks.support.paying_bank import Customers, PayingBank
from benchmarks.support.programs import main_of
from tongbao.app.collecting import spare_what_is_there
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import now

SIZE: Final = 1_000
WARM_UP: Final = 2
"""Batches before the clock starts: a writer that has written has its statements prepared."""
READY: Final = "ready"
DONE: Final = "done"

Batch = Sequence[tuple[payments.NewTransfer, Actor]]


async def per_second(bank: PayingBank, *, writers: int, batches: int) -> float:
    """Return the payments per second of writers that pay `batches` together."""
    processes = [
        await asyncio.create_subprocess_exec(
            *main_of("batches", bank.urls.app, bank.count, batches // writers, seed),
            stdin=PIPE,
            stdout=PIPE,
        )
        for seed in range(writers)
    ]
    for process in processes:
        assert await _line(process) == READY
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
    for process in processes:
        assert await _line(process) == DONE
    seconds = time.perf_counter() - started
    for process in processes:
        await process.communicate()
    return batches // writers * writers * SIZE / seconds


async def _line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


def main(url: str, customers: int, batches: int, seed: int) -> None:
    """Be a writer."""
    payments.register_screen("bench", look)
    asyncio.run(_write(url, Customers(count=customers, random=Random(seed)), batches))


async def _write(url: str, customers: Customers, count: int) -> None:
    database = Database.connect(url)
    batches = [[customers.order() for _ in range(SIZE)] for _ in range(WARM_UP + count)]
    for batch in batches[:WARM_UP]:
        await _pay(database, batch)
    spare_what_is_there()
    _say(READY)
    sys.stdin.readline()
    for batch in batches[WARM_UP:]:
        await _pay(database, batch)
    _say(DONE)
    await database.close()


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _pay(database: Database, batch: Batch) -> None:
    async with database.write() as tx:
        outcomes = await payments.execute(
            tx,
            [order for order, _ in batch],
            initiated_by=[actor for _, actor in batch],
            at=now(),
        )
    for outcome in outcomes:
        if not isinstance(outcome, payments.Transfer):
            raise outcome
        if outcome.refusal is not None:
            raise outcome.refusal


async def look(
    _tx: WriteSession, orders: Sequence[payments.PaymentOrder], _at: datetime
) -> list[None]:
    """Look at each order, as a rule would, and let it pass."""
    return [None for order in orders if order.amount.minor > 0]
