"""How fast the ledger books, against pgbench on the same server in the same run.

    tongbao bench ledger --json            # about a minute

Durable commits (fsync, synchronous_commit), every check, idempotency and outbox on; 100,000
customer accounts, random pairs, one posting in ten on one of five internal accounts.
"""

import asyncio
import statistics
import time

from sqlalchemy import text
from support import pgbench
from support.scene import BATCH, Scene, scene

from tongbao.core.ledger import service as ledger
from tongbao.kernel.clock import now

PGBENCH_SECONDS = 8
BATCHES = 120
WRITERS = 2
CALLERS = 8
SINGLE_SECONDS = 8.0

_BYTES = text("""
    SELECT sum(pg_total_relation_size(CAST(name AS regclass)))
      FROM unnest(CAST(:names AS text[])) AS name
""")
_TABLES = ["ledger_transaction", "ledger_posting", "ledger_tail", "infra_outbox"]


async def measure() -> dict[str, float]:
    """Return the figures by name: per second, and as ratios to pgbench's transactions."""
    async with scene() as (stage, server):
        await pgbench.prepare(server)
        tps = [await pgbench.tps(server, seconds=PGBENCH_SECONDS)]
        before = await _bytes(stage)
        batch_per_s = await _batches(stage)
        bytes_per_transfer = (await _bytes(stage) - before) / (BATCHES * BATCH)
        single_per_s = await _singles(stage)
        tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
    baseline = statistics.median(tps)
    return {
        "batch_per_s": round(batch_per_s),
        "single_per_s": round(single_per_s),
        "pgbench_tps": round(baseline),
        "batch_ratio": round(batch_per_s / baseline, 2),
        "single_ratio": round(single_per_s / baseline, 2),
        "bytes_per_transfer": round(bytes_per_transfer),
    }


async def _batches(stage: Scene) -> float:
    """Return the transactions per second of batches of a thousand, two under way at a time."""
    batches = [stage.batch() for _ in range(BATCHES)]  # making them is not booking

    async def write() -> None:
        while batches:
            async with stage.database.write() as tx:
                for result in await ledger.post(tx, batches.pop(), at=now()):
                    result.raise_for_refusal()

    started = time.perf_counter()
    await asyncio.gather(*[write() for _ in range(WRITERS)])
    return BATCHES * BATCH / (time.perf_counter() - started)


async def _singles(stage: Scene) -> float:
    """Return the transactions per second of callers who book and commit one at a time."""
    done = 0
    started = time.perf_counter()

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < started + SINGLE_SECONDS:
            async with stage.database.write() as tx:
                (result,) = await ledger.post(tx, [stage.transaction()], at=now())
            result.raise_for_refusal()
            done += 1

    await asyncio.gather(*[call() for _ in range(CALLERS)])
    return done / (time.perf_counter() - started)


async def _bytes(stage: Scene) -> int:
    async with stage.database.read() as tx:
        return int((await tx.execute(_BYTES, {"names": _TABLES})).scalar_one())
