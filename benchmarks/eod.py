"""How long an end of day with interest for a million accounts takes, capitalisation included.

    tongbao bench eod --json

Durable commits (fsync, synchronous_commit) and all checks of the ledger. Every account has a
balance, earns by tiers and is credited: the day that ends is a 20th of September. Before and after
it pgbench tells how the disk is; then statements of one busy account are written and set.
`TONGBAO_BENCH_ACCOUNTS` says how many accounts, for trying out.
"""

import os
import resource
import statistics
import sys
import time
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import text

from benchmarks import statements
from benchmarks.support import pgbench
from benchmarks.support.full_bank import DAY, FullBank, full_bank
from tongbao.app import eod
from tongbao.infra import log
from tongbao.infra.settings import Settings

ACCOUNTS: Final = int(os.environ.get("TONGBAO_BENCH_ACCOUNTS", "1000000"))
AT: Final = datetime(DAY.year, DAY.month, DAY.day, 16, 3, tzinfo=UTC)  # 00:03 in China
PGBENCH_SECONDS: Final = 5

_CREDITED: Final = text("SELECT count(*) FROM ledger_transaction WHERE type = 'accounts.interest'")
_TOTALS: Final = text("""
    SELECT (SELECT sum(accrued) FROM accounts_interest) AS sum, accrued, payable
      FROM accounts_interest_total
""")


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is one mode."""
    del deep
    log.configure(Settings(log_level="warning"))
    async with full_bank(ACCOUNTS) as bank:
        await pgbench.prepare(bank.server)
        tps = [await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS)]
        figures = await _end_of_day(bank)
        tps.append(await pgbench.tps(bank.server, seconds=PGBENCH_SECONDS))
    return {
        **figures,
        **await statements.forms(),
        "pgbench_tps": round(statistics.median(tps)),
        "pgbench_runs": [round(each) for each in tps],
    }


async def _end_of_day(bank: FullBank) -> dict[str, Any]:
    """Return what one end of day with capitalisation takes, step by step."""
    seconds: dict[str, float] = {}
    began = latest = time.perf_counter()

    def told(step: str, _items: int, is_done: bool) -> None:  # noqa: FBT001 - as `runs.Told` has it
        nonlocal latest
        if is_done:
            seconds[step] = time.perf_counter() - latest
            latest = time.perf_counter()
            sys.stderr.write(f"{step}: {seconds[step]:.1f} s\n")

    def hear(_day: date) -> Any:  # noqa: ANN401 - a `runs.Told`
        return told

    days = await eod.end_days(bank.database, clock=lambda: AT, told=hear)
    whole = time.perf_counter() - began
    assert days == [DAY]
    async with bank.database.read() as tx:
        credited = int((await tx.execute(_CREDITED)).scalar_one())
        totals = (await tx.execute(_TOTALS)).one()
    assert credited == bank.accounts, f"{credited} of {bank.accounts} accounts were credited"
    assert totals.sum == totals.accrued, "the sum is that of its parts"
    assert abs(totals.accrued - totals.payable * 10**8) <= 10**8 / 2, "and the ledger shows it"
    return {
        "accounts": bank.accounts,
        "eod_1m_s": round(whole, 1),
        "eod_1m_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "postings_per_s": round(credited / seconds["accounts.capitalise"]),
        "steps_s": {step: round(taken, 1) for step, taken in seconds.items()},
    }
