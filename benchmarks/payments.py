"""How fast customers pay each other with every gate on, against pgbench in the same run.

    tongbao bench payments --json          # about a minute and a half

100,000 customers with an account, a log-in and confirmed payees; durable commits; permission,
second person, names, restraints, a hook that looks at every payment, limits, step-up, the ledger,
the order's row, and the event that notices, webhooks and receipts are made of.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from benchmarks.support import pgbench
from benchmarks.support.paying_bank import PayingBank, paying_bank
from benchmarks.support.scene import settle
from tongbao.core.payments import service as payments
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import now

BATCH: Final = 1_000
BATCHES: Final = 60
WRITERS: Final = 2
PGBENCH_SECONDS: Final = 5


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is nothing deeper."""
    del deep
    payments.register_screen("bench", _look)
    async with paying_bank() as bank:
        await pgbench.prepare(bank.server)
        tps = [await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS)]
        batch_per_s = await _batches(bank, BATCHES)
        tps.append(await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS))
    baseline = statistics.median(tps)
    return {
        "batch_per_s": round(batch_per_s),
        "pgbench_tps": round(baseline),
        "pgbench_runs": [round(each) for each in tps],
        "batch_ratio": round(batch_per_s / baseline, 2),
    }


async def _look(
    _tx: WriteSession, orders: Sequence[payments.PaymentOrder], _at: datetime
) -> list[None]:
    """Look at each order, as a rule would, and let it pass."""
    return [None for order in orders if order.amount.minor > 0]


async def _batches(bank: PayingBank, count: int) -> float:
    """Return the payments per second of `count` batches, a few under way at a time."""
    batches = [[bank.order() for _ in range(BATCH)] for _ in range(count)]
    settle()

    async def write() -> None:
        while batches:
            batch = batches.pop()
            async with bank.database.write() as tx:
                _all_settled(
                    await payments.execute(
                        tx,
                        [order for order, _ in batch],
                        initiated_by=[actor for _, actor in batch],
                        at=now(),
                    )
                )

    started = time.perf_counter()
    await asyncio.gather(*[write() for _ in range(WRITERS)])
    return count * BATCH / (time.perf_counter() - started)


def _all_settled(outcomes: Sequence[payments.Outcome]) -> None:
    for outcome in outcomes:
        if not isinstance(outcome, payments.Transfer):
            raise outcome
        if outcome.refusal is not None:
            raise outcome.refusal
