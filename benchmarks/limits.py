"""How fast limits are reserved, against pgbench on the same server in the same run.

    tongbao bench limits --json            # about a minute and a half

Durable commits; the rules a bank begins with; 100,000 customers of all levels, nine of ten of them
persons, two of whom share a device; every other payment from there, which is a second counter; one
customer in a hundred with a lower limit of their own. Two batches of 1,000 at once; 16 callers of
single reservations, each on a transaction of its own.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.support import pgbench
from tongbao.infra.db import Database
from tongbao.infra.lines import Lines
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Reservation, Use

CUSTOMERS = 100_000
DEVICES = 50_000
BATCH = 1_000
BATCHES = 250
WRITERS = 2
CALLERS = 16
SINGLE_SECONDS = 5.0
PGBENCH_SECONDS = 6
AMOUNT_MINOR_MAX = 2_000

_LOWERED = text("""
    INSERT INTO limits_own (id, party_id, tally, period, kind, maximum, valid_from, set_by)
    SELECT gen_random_uuid(), p, 'outgoing', 'day', 'lowered', 1000000, :at, p
      FROM unnest(CAST(:parties AS uuid[])) AS p
""")


@dataclass(frozen=True, slots=True)
class Scene:
    """Customers who pay."""

    database: Database
    lines: Lines
    customers: list[UUID]
    devices: list[str]
    random: Random = field(default_factory=lambda: Random(7))

    def use(self, place: int | None = None) -> Use:
        """Return a payment of somebody, or of the customer at a place."""
        pick = self.random
        at_portal = place is not None or pick.random() < 1 / 2
        place = pick.randrange(len(self.customers)) if place is None else place
        return Use(
            id=new_id(),
            party_id=self.customers[place],
            party_kind="organisation" if place % 10 == 0 else "person",
            level=1 + place % 3,
            operation="payments.transfer",
            amount=Money(pick.randint(1, AMOUNT_MINOR_MAX), "CNY"),
            product="current",
            channel="portal" if at_portal else "api",
            device=self.devices[place // 2] if at_portal else None,
            counterparty="9900010000000000026",
        )

    def batch(self) -> list[Use]:
        """Return `BATCH` payments."""
        return [self.use() for _ in range(BATCH)]


@asynccontextmanager
async def scene() -> AsyncIterator[tuple[Scene, EmbeddedPostgres]]:
    """Give a scene on a server that is gone afterwards; everybody has paid once before."""
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        database = Database.connect(urls.app)
        plain = make_url(urls.app).set(drivername="postgresql")
        lines = Lines(plain.render_as_string(hide_password=False), "", lines_max=CALLERS)
        try:
            stage = Scene(
                database,
                lines,
                [new_id() for _ in range(CUSTOMERS)],
                [str(new_id()) for _ in range(DEVICES)],
            )
            async with database.write() as tx:
                await tx.execute(_LOWERED, {"parties": stage.customers[::100], "at": now()})
            for start in range(0, CUSTOMERS, BATCH):
                async with database.write() as tx:
                    uses = [stage.use(place) for place in range(start, start + BATCH)]
                    _all_reserved(await limits.reserve(tx, uses, at=now()))
            yield stage, server
        finally:
            await lines.close()
            await database.close()


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is nothing deeper."""
    del deep
    async with scene() as (stage, server):
        await pgbench.prepare(server)
        tps = [await pgbench.tps(server, seconds=PGBENCH_SECONDS)]
        batch_per_s = await _batches(stage, BATCHES)
        tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
        single_per_s, latencies = await _singles(stage)
        tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
    baseline = statistics.median(tps)
    return {
        "batch_per_s": round(batch_per_s),
        "single_per_s": round(single_per_s),
        "single_p50_ms": round(_percentile(latencies, 50), 1),
        "single_p99_ms": round(_percentile(latencies, 99), 1),
        "pgbench_tps": round(baseline),
        "pgbench_runs": [round(each) for each in tps],
        "batch_ratio": round(batch_per_s / baseline, 2),
        "single_ratio": round(single_per_s / baseline, 2),
    }


async def _batches(stage: Scene, count: int) -> float:
    """Return the reservations per second of `count` batches, two under way at a time."""
    batches = [stage.batch() for _ in range(count)]  # made beforehand: making them is not reserving

    async def write() -> None:
        while batches:
            batch = batches.pop()
            async with stage.database.write() as tx:
                _all_reserved(await limits.reserve(tx, batch, at=now()))

    started = time.perf_counter()
    await asyncio.gather(*[write() for _ in range(WRITERS)])
    return count * BATCH / (time.perf_counter() - started)


async def _singles(stage: Scene) -> tuple[float, list[float]]:
    """Return reservations per second and latencies of callers with a transaction each."""
    latencies: list[float] = []
    started = time.perf_counter()

    async def call() -> None:
        while (begun := time.perf_counter()) < started + SINGLE_SECONDS:
            async with stage.lines.statement() as line:
                _all_reserved(await limits.reserve(line, [stage.use()], at=now()))
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*[call() for _ in range(CALLERS)])
    return len(latencies) / (time.perf_counter() - started), latencies


def _all_reserved(results: list[Reservation]) -> None:
    for result in results:
        result.raise_for_refusal()


def _percentile(latencies: list[float], percent: int) -> float:
    return sorted(latencies)[len(latencies) * percent // 100] * 1000
