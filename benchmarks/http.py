"""Where the time of a single transfer over HTTP goes: CPU by kind of process, beside pgbench.

    tongbao bench http --json             # half a minute
    tongbao bench http --deep --json      # four times as long a load

The same load as in `tongbao bench ledger`, without its other parts. The rate depends on the disk
and on whatever else runs; the microseconds of CPU a request much less.
"""

import statistics
from typing import Any

import psutil

from benchmarks.support import api, pgbench
from benchmarks.support.processor import watched
from benchmarks.support.scene import scene

PGBENCH_SECONDS = 5
WARM_UP_SECONDS = 3.0
SECONDS = 8.0
ACCOUNTS = 100_000


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; `deep` loads four times as long."""
    async with scene(accounts=ACCOUNTS) as (stage, server):
        await pgbench.prepare(server)
        tps = [await pgbench.tps(server, seconds=PGBENCH_SECONDS)]
        token = await api.token(stage)
        assert server.pid is not None
        postgres = psutil.Process(server.pid)
        async with api.api(stage) as (port, process):
            await api.load(stage, port=port, token=token, seconds=WARM_UP_SECONDS)
            with watched({"api": process, "postgres": postgres}) as used:
                http = await api.load(
                    stage, port=port, token=token, seconds=SECONDS * (4 if deep else 1)
                )
            rss_mib = api.worker_rss_mib(process)
        tps.append(await pgbench.tps(server, seconds=PGBENCH_SECONDS))
    baseline, count = statistics.mean(tps), http["count"]
    rate = count / http["seconds"]
    return {
        "http_per_s": round(rate),
        "http_p50_ms": round(http["p50_ms"], 1),
        "http_p99_ms": round(http["p99_ms"], 1),
        "pgbench_runs": [round(each) for each in tps],
        "http_ratio": round(rate / baseline, 2),
        "api_us": round(used.seconds["api"] / count * 1e6),
        "postgres_us": round(used.seconds["postgres"] / count * 1e6),
        "load_us": round(http["cpu_seconds"] / count * 1e6),
        "idle_share": round(used.idle_share, 2),
        "rss_mib": round(rss_mib),
    }
