"""How long it takes to reconcile a day of a channel: 100,000 lines, some of which do not agree.

    tongbao bench reconciliation --json

Durable commits (fsync, synchronous_commit). Payments are booked as any others are; the statement
of the day is taken in, the day reconciled, and reconciled again, then a second day on top of the
first. One line in a thousand is missing, extra, doubled or of another amount. `camt053_s` is
reading the same day as a camt.053 file. `TONGBAO_BENCH_LINES` says how many, for trying out.
"""

import os
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import psutil

from benchmarks.support.scene import BATCH, Scene, scene
from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.service import NewLine, NewStatement, Side
from tongbao.infra import log
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.lib.iso20022 import camt053, camt053_reader

LINES: Final = int(os.environ.get("TONGBAO_BENCH_LINES", "100000"))
CUSTOMERS: Final = 2_000
CHANNEL: Final = "bench"
FAULT_EVERY: Final = 1_000
FEE: Final = 3


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is one mode."""
    del deep
    log.configure(Settings(log_level="warning"))
    figures: dict[str, Any] = {"lines": LINES}
    async with scene(accounts=CUSTOMERS) as (stage, _):
        day = business_date(now()) - timedelta(days=1)
        async with stage.database.write() as tx:
            books = await reconciliation.books_of(tx, channel=CHANNEL, currency="CNY", at=now())
        for number, name in enumerate(("first", "second")):
            on = day + timedelta(days=number)
            payments = await _book(stage, books, on)
            began = psutil.Process().memory_info().rss
            figures |= {f"{name}_{key}": n for key, n in (await _day(stage, payments, on)).items()}
            grown = psutil.Process().memory_info().rss - began
            figures[f"{name}_grown_mib"] = round(grown / 2**20)
    figures["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures |= _camt053(day)
    return figures


async def _book(stage: Scene, books: reconciliation.Books, on: date) -> list[tuple[str, int]]:
    """Book payments of the channel, in batches; return reference and amount of each."""
    payments: list[tuple[str, int]] = []
    while len(payments) < LINES:
        batch = []
        for _ in range(min(BATCH, LINES - len(payments))):
            reference, minor = new_id().hex, stage.random.randint(1_000, 50_000)
            payments.append((reference, minor))
            batch.append(
                ledger.NewTransaction(
                    id=ledger.TransactionId(new_id()),
                    type="bench.collect",
                    postings=(
                        ledger.NewPosting(
                            books.in_transit,
                            stage.random.choice(stage.customers),
                            Money(minor, "CNY"),
                        ),
                    ),
                    effective_on=on,
                    metadata={"channel": CHANNEL, "reference": reference},
                )
            )
        async with stage.database.write() as tx:
            for result in await ledger.post(tx, batch, at=now()):
                result.raise_for_refusal()
    return payments


def _lines(payments: list[tuple[str, int]]) -> Iterator[NewLine]:
    """Yield the statement of payments, with a fault here and there, each kind in its turn."""
    for number, (reference, minor) in enumerate(payments):
        fault, kind = divmod(number, FAULT_EVERY)
        match fault % 4 if kind == 0 else None:
            case 0:
                continue
            case 1:
                yield NewLine(f"X{reference[1:]}", minor, FEE)
            case 2:
                yield NewLine(reference, minor, FEE)
            case 3:
                minor += 1  # noqa: PLW2901 - the fault
        yield NewLine(reference, minor, FEE)


async def _day(stage: Scene, payments: list[tuple[str, int]], on: date) -> dict[str, Any]:
    statement = NewStatement(
        channel=CHANNEL,
        side=Side.CHANNEL,
        day=on,
        currency="CNY",
        lines=list(_lines(payments)),
        settles_on=on + timedelta(days=1),
        settlement=f"{CHANNEL}-{on:%Y%m%d}",
    )
    moments = [time.perf_counter()]
    async with stage.database.write() as tx:
        await reconciliation.take_statement(tx, statement, at=now())
    moments.append(time.perf_counter())
    day = await _reconcile(stage, on)
    moments.append(time.perf_counter())
    assert await _reconcile(stage, on) == day, "done again it changes nothing"
    moments.append(time.perf_counter())
    take, compare, again = (after - before for before, after in pairwise(moments))
    assert day.exact + day.broken + LINES // FAULT_EVERY // 4 >= LINES, "each line was looked at"
    return {
        "take_s": round(take, 2),
        "reconcile_s": round(compare, 2),
        "again_s": round(again, 2),
        "breaks": day.broken,
    }


async def _reconcile(stage: Scene, on: date) -> reconciliation.Day:
    async with stage.database.write() as tx:
        return await reconciliation.reconcile(tx, channel=CHANNEL, day=on, at=now())


def _camt053(day: date) -> dict[str, Any]:
    """Return how long it takes to read a day's file."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    one = Money(100, "CNY")
    code = camt053.Code("PMNT", "RCDT", "DMCT", "bench")
    page = camt053.Page(
        message_id="BENCH",
        statement_id="BENCH",
        created_at=at,
        number=1,
        last=True,
        from_at=at,
        to_at=at,
        account="BENCH",
        currency="CNY",
        owner="bench",
        servicer="bench",
        issuer="BENCH",
        balances=[
            camt053.Balance("OPBD", Money(0, "CNY"), day),
            camt053.Balance("CLBD", Money(100 * LINES, "CNY"), day),
        ],
        totals=camt053.Totals(Money(100 * LINES, "CNY"), LINES, Money(0, "CNY"), 0),
        entries=[
            camt053.Entry(new_id().hex, one, True, False, at, day, code, None, None, "")
            for _ in range(LINES)
        ],
    )
    document = camt053.document(page)
    began = time.perf_counter()
    assert len(camt053_reader.read(document).lines) == LINES, "each entry was read"
    seconds = time.perf_counter() - began
    return {"camt053_mib": round(len(document) / 2**20), "camt053_s": round(seconds, 2)}
