"""How fast customers pay each other with every gate on, against pgbench in the same run.

    tongbao bench payments --json          # about two minutes

100,000 customers with an account, a log-in and confirmed payees; durable commits; permission,
second person, names, restraints, a hook that looks at every payment, limits, step-up, the ledger,
the order's row, and the event that notices, webhooks and receipts are made of.
"""

import asyncio
import statistics
from typing import Any, Final

from benchmarks.support import api, batches, payroll, pgbench
from benchmarks.support.paying_bank import PayingBank, account_id, number, paying_bank
from benchmarks.support.programs import main_of

BATCHES: Final = 60
WRITERS: Final = 2
PGBENCH_SECONDS: Final = 5
PAYERS: Final = 2_000
WARM_UP_SECONDS: Final = 3.0
SECONDS: Final = 8.0


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is nothing deeper."""
    del deep
    async with paying_bank() as bank:
        await pgbench.prepare(bank.server)
        tps = [await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS)]
        batch_per_s = await batches.per_second(bank, writers=WRITERS, batches=BATCHES)
        tps.append(await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS))
        http, rss_mib = await _singles(bank)
        tps.append(await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS))
        paid = await _payroll(bank)
        tps.append(await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS))
    single_per_s = http["count"] / http["seconds"]
    return {
        "batch_per_s": round(batch_per_s),
        "single_per_s": round(single_per_s),
        "single_p50_ms": round(http["p50_ms"], 1),
        "single_p99_ms": round(http["p99_ms"], 1),
        "payroll_100k_s": round(paid["seconds"], 1),
        "payroll_100k_mib": round(paid["mib"]),
        "pgbench_tps": round(statistics.mean(tps)),
        "pgbench_runs": [round(each) for each in tps],
        # Each to the runs just before and after it.
        "batch_ratio": round(batch_per_s / statistics.mean(tps[0:2]), 2),
        "single_ratio": round(single_per_s / statistics.mean(tps[1:3]), 2),
        "api_worker_mib": round(rss_mib),
    }


async def _singles(bank: PayingBank) -> tuple[dict[str, Any], float]:
    """Return what single payments over HTTP took, and the memory of a worker of the API."""
    payers = [
        [token, str(account_id(place)), number(payee), f"bench {payee + 1}"]
        for place, token in await bank.tokens(PAYERS)
        for payee in [bank.payee_of(place)]
    ]
    async with api.api(bank) as (port, process):
        await api.generate({"payers": payers}, port=port, seconds=WARM_UP_SECONDS)
        http = await api.generate({"payers": payers}, port=port, seconds=SECONDS)
        return http, api.worker_rss_mib(process)


async def _payroll(bank: PayingBank) -> dict[str, float]:
    """Return how long a file takes from its hand-in to the last line, in a process of its own."""
    program = main_of("payroll", bank.urls.app, bank.count)
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return payroll.read(said)
