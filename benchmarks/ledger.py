"""How fast the ledger books, against pgbench on the same server in the same run.

    tongbao bench ledger --json            # about two minutes
    tongbao bench ledger --deep --json     # up to five million postings, six minutes

Durable commits (fsync, synchronous_commit), every check, idempotency and outbox on; 100,000
customer accounts, random pairs, one posting in ten on one of five internal accounts.
"""

import asyncio
import statistics
import time
from typing import Any

from sqlalchemy import text

from benchmarks.support import api, pgbench
from benchmarks.support.scene import BATCH, Scene, scene
from tongbao.app.collecting import spare_what_is_there
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import PostingResult, Teller
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.kernel.clock import now

PGBENCH_SECONDS = 6
BATCHES = 250
WRITERS_BATCHES = 100
WRITERS = 2
CALLERS = 256
SINGLE_SECONDS = 6.0
SINGLE_READY_PER_SECOND = 40_000
HTTP_WARM_UP_SECONDS = 3.0
HTTP_SECONDS = 8.0
DEEP_POSTINGS = 5_000_000
MOMENT_TURNS = 5
MOMENT_PGBENCH_SECONDS = 3
MOMENT_BATCHES = 100

_BYTES = text("""
    SELECT sum(pg_total_relation_size(CAST(name AS regclass)))
      FROM unnest(CAST(:names AS text[])) AS name
""")
_TABLES = ["ledger_transaction", "ledger_posting", "ledger_tail", "infra_outbox"]


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name."""
    async with scene() as (stage, server):
        await pgbench.prepare(server)
        return await _deep(stage, server) if deep else await _figures(stage, server)


async def _figures(stage: Scene, server: EmbeddedPostgres) -> dict[str, Any]:
    tps = [await pgbench.tps(server, seconds=PGBENCH_SECONDS)]
    before = await _bytes(stage)
    batch_per_s = await _batches(stage, BATCHES)
    bytes_per_transfer = (await _bytes(stage) - before) / (BATCHES * BATCH)
    writers_per_s = await _writers(stage, WRITERS_BATCHES)
    single_per_s, latencies = await _singles(stage)
    tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
    token = await api.token(stage)
    async with api.api(stage) as (port, process):
        await api.load(stage, port=port, token=token, seconds=HTTP_WARM_UP_SECONDS)
        http = await api.load(stage, port=port, token=token, seconds=HTTP_SECONDS)
        rss_mib = api.worker_rss_mib(process)
    tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
    http_per_s = http["count"] / http["seconds"]
    baseline = statistics.median(tps)
    return {
        "batch_per_s": round(batch_per_s),
        "writers_per_s": round(writers_per_s),
        "single_per_s": round(single_per_s),
        "single_p50_ms": round(_percentile(latencies, 50), 1),
        "single_p99_ms": round(_percentile(latencies, 99), 1),
        "http_per_s": round(http_per_s),
        "http_p50_ms": round(http["p50_ms"], 1),
        "http_p99_ms": round(http["p99_ms"], 1),
        "pgbench_tps": round(baseline),
        "pgbench_runs": [round(each) for each in tps],
        "batch_ratio": round(batch_per_s / baseline, 2),
        "single_ratio": round(single_per_s / baseline, 2),
        "http_ratio": round(http_per_s / baseline, 2),
        "rss_mib": round(rss_mib),
        "bytes_per_transfer": round(bytes_per_transfer),
    }


async def _deep(stage: Scene, server: EmbeddedPostgres) -> dict[str, Any]:
    """Return throughput with an almost empty ledger and with five million postings."""
    start = await _moment(stage, server)
    while await _postings(stage) < DEEP_POSTINGS:
        await _batches(stage, BATCHES)
    postings = await _postings(stage)
    end = await _moment(stage, server)
    figures: dict[str, Any] = {"postings": postings}
    for name in start:
        figures[f"{name}_start"] = start[name]
        figures[f"{name}_end"] = end[name]
    for name in ("batch_per_s", "single_per_s", "pgbench_tps"):
        figures[f"{name.split('_')[0]}_fall_percent"] = _fall_percent(start[name], end[name])
    figures["batch_ratio_fall_percent"] = _fall_percent(start["batch_ratio"], end["batch_ratio"])
    return figures


async def _moment(stage: Scene, server: EmbeddedPostgres) -> dict[str, Any]:
    """Return what the ledger and pgbench do now, by turns, for the disk has moods.

    Medians; the ratio is that of each turn's two.
    """
    batches, tps = [], []
    for _ in range(MOMENT_TURNS):
        tps.append(await pgbench.tps(server, seconds=MOMENT_PGBENCH_SECONDS))
        batches.append(await _batches(stage, MOMENT_BATCHES))
    single_per_s, _ = await _singles(stage)
    ratios = [batch / yardstick for batch, yardstick in zip(batches, tps, strict=True)]
    return {
        "batch_per_s": round(statistics.median(batches)),
        "batch_runs": [round(each) for each in batches],
        "pgbench_tps": round(statistics.median(tps)),
        "pgbench_runs": [round(each) for each in tps],
        "batch_ratio": round(statistics.median(ratios), 2),
        "single_per_s": round(single_per_s),
    }


def _fall_percent(start: float, end: float) -> float:
    return round(100 * (1 - end / start), 1)


async def _batches(stage: Scene, count: int) -> float:
    """Return the transactions per second of a list of `count` batches, booked in bulk."""
    transactions = stage.batch(count * BATCH)  # made beforehand: making them is not booking
    spare_what_is_there()
    started = time.perf_counter()
    _all_posted(await ledger.post_many(stage.database, transactions, clock=now))
    return count * BATCH / (time.perf_counter() - started)


async def _writers(stage: Scene, count: int) -> float:
    """Return the same of writers that know nothing of each other, each in its own transaction."""
    batches = [stage.batch() for _ in range(count)]
    spare_what_is_there()

    async def write() -> None:
        while batches:
            batch = batches.pop()
            async with stage.database.write() as tx:
                _all_posted(await ledger.post(tx, batch, at=now()))

    started = time.perf_counter()
    await asyncio.gather(*[write() for _ in range(WRITERS)])
    return count * BATCH / (time.perf_counter() - started)


async def _singles(stage: Scene) -> tuple[float, list[float]]:
    """Return transactions per second and latencies of concurrent callers of one teller."""
    teller = Teller(stage.database)
    latencies: list[float] = []
    # Made beforehand, as those of a batch; any more are made when needed.
    ready = stage.batch(int(SINGLE_READY_PER_SECOND * SINGLE_SECONDS))
    spare_what_is_there()
    started = time.perf_counter()

    async def call() -> None:
        while (begun := time.perf_counter()) < started + SINGLE_SECONDS:
            new = ready.pop() if ready else stage.transaction()
            _all_posted([await teller.post(new, at=now())])
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*[call() for _ in range(CALLERS)])
    return len(latencies) / (time.perf_counter() - started), latencies


def _all_posted(results: list[PostingResult]) -> None:
    for result in results:
        result.raise_for_refusal()


def _percentile(latencies: list[float], percent: int) -> float:
    return sorted(latencies)[len(latencies) * percent // 100] * 1000


async def _bytes(stage: Scene) -> int:
    async with stage.database.read() as tx:
        return int((await tx.execute(_BYTES, {"names": _TABLES})).scalar_one())


async def _postings(stage: Scene) -> int:
    async with stage.database.read() as tx:
        counted = await tx.execute(text("SELECT count(*) FROM ledger_posting"))
        return int(counted.scalar_one())
