"""How fast histories are read and statements are made, on a ledger of five million postings.

    tongbao bench statements --json

Pages of an account's history over HTTP, from the API as deployed on two workers, one request at a
time: the newest page, the next one, and filtered by days, direction, amount, category and text.
`TONGBAO_BENCH_POSTINGS` says how many postings, for trying out.
"""

import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any, Final

import httpx2

from benchmarks.support.api import api
from benchmarks.support.long_history import BEGIN, BUSY_ENTRIES, LongHistory, long_history
from benchmarks.support.scene import Scene
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.statements import service as statements
from tongbao.core.statements.service.papers import MOVEMENTS_MAX, pages_in, statement_paper
from tongbao.infra import pdf
from tongbao.infra.pdf.sealing import demonstration
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id

POSTINGS: Final = int(os.environ.get("TONGBAO_BENCH_POSTINGS", "5000000"))
FEW_POSTINGS: Final = 100_000
PAGES: Final = 800
WARM_UP: Final = 50
AT: Final = datetime(2026, 12, 2, 4, tzinfo=UTC)  # when all that is there was booked
MONTHS: Final = (date(2026, 7, 31), date(2026, 10, 31), date(2026, 11, 30))
PAPERS: Final = 3


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is one mode."""
    del deep
    _configure()
    async with long_history(POSTINGS) as history:
        figures: dict[str, Any] = {"postings": history.postings}
        for part in (_history, _forms, _months):
            figures |= await part(history)
            sys.stderr.write(f"{part.__name__}: {figures}\n")
    return figures


async def forms() -> dict[str, Any]:
    """Return how fast statements are written and set, on a history that is quickly filled."""
    _configure()
    async with long_history(FEW_POSTINGS) as history:
        return await _forms(history)


def _configure() -> None:
    seal = demonstration("bench", at=AT)
    statements.configure(
        statements.Configuration(seal=seal, roots=(seal.root,), origin="https://bank.example")
    )


async def _history(history: LongHistory) -> dict[str, Any]:
    """Return how long pages of the history take, over HTTP."""
    token = await _token(history)
    headers = {"Authorization": f"Bearer {token}"}
    taken: dict[str, list[float]] = {}
    stage = Scene(history.urls, history.database, [], [])
    async with (
        api(stage) as (port, _),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client,
    ):
        async for kind, seconds in _pages(client, history):
            taken.setdefault(kind, []).append(seconds * 1000)
    everything = sorted(each for kind in taken.values() for each in kind)
    return {
        "history_p50_ms": round(everything[len(everything) // 2], 1),
        "history_p95_ms": round(everything[len(everything) * 95 // 100], 1),
        "history_p95_ms_by_kind": {
            kind: round(sorted(each)[len(each) * 95 // 100], 1) for kind, each in taken.items()
        },
    }


async def _pages(
    client: httpx2.AsyncClient, history: LongHistory
) -> AsyncIterator[tuple[str, float]]:
    """Ask for pages of accounts picked at random; yield kind and seconds of each."""
    pick = Random(11)
    filters: dict[str, dict[str, str]] = {
        "newest": {},
        "next": {},
        "days": {"booked_from": "2026-07-02", "booked_to": "2026-07-20"},
        "direction": {"direction": "credit"},
        "amount": {"amount_min": "5.00", "amount_max": "20.00"},
        "category": {"category": "transfer"},
        "text": {"text": "客户"},
        "text_rare": {"text": "INV-77"},
    }
    for n in range(WARM_UP + PAGES):
        kind = list(filters)[n % len(filters)]
        path = f"/api/v1/accounts/{history.account(pick.randint(1, history.accounts))}/entries"
        query = dict(filters[kind])
        if kind == "next":
            first = (await client.get(path)).json()
            query["after"] = first["next"]
        started = time.perf_counter()
        answer = await client.get(path, params=query)
        seconds = time.perf_counter() - started
        answer.raise_for_status()
        assert answer.json()["items"] or kind == "text_rare", f"{kind}: an empty page"
        if n >= WARM_UP:
            yield kind, seconds


async def _token(history: LongHistory) -> str:
    """Return the token of an auditor, who sees every account."""
    async with history.database.write() as tx:
        user = await identity.create_user(
            tx,
            login="bench-auditor",
            password="correct horse battery",  # noqa: S106 - of a server that is gone soon
            name="bench",
            kind=UserKind.STAFF,
            roles=[Role.AUDITOR],
            at=now(),
        )
        issued = await identity.issue_token(
            tx, user_id=user.id, factors=frozenset({"password"}), at=now()
        )
    return issued.token


async def _forms(history: LongHistory) -> dict[str, Any]:
    """Return rows a second as CSV of 100,000 movements, and sealed pages a second of a PDF."""
    first, last = business_date(BEGIN), business_date(AT)
    made, seconds = await _framed(history, first, last)
    assert made.span.entries == BUSY_ENTRIES
    started = time.perf_counter()
    size = 0
    async for piece in statements.table(history.database, made, language="zh"):
        size += len(piece)
    csv_seconds = time.perf_counter() - started
    papers = await _papers(history)
    return {
        "statement_check_ms": round(seconds * 1000),
        "csv_rows_per_s": round(BUSY_ENTRIES / csv_seconds),
        "csv_mib": round(size / 2**20, 1),
        **papers,
    }


async def _framed(
    history: LongHistory, first: date, last: date
) -> tuple[statements.Statement, float]:
    started = time.perf_counter()
    async with history.database.read() as tx:
        account = await accounts.get(tx, history.busy)
        period = statements.Period.asked(first, last, at=AT)
        made = await statements.statement(tx, account, period, at=AT)
    return made, time.perf_counter() - started


async def _papers(history: LongHistory) -> dict[str, Any]:
    """Set and seal statements of 3,000 movements, as the worker does, one after another."""
    whole, _ = await _framed(history, business_date(BEGIN), business_date(AT))
    async with history.database.write() as tx:
        ordered = await statements.order_opening_certificate(
            tx, whole.account, language="zh", ordered_by=new_id(), at=AT
        )
    document = replace(ordered, kind=statements.DocumentKind.STATEMENT)
    pages, began = 0, time.perf_counter()
    for number in range(PAPERS + 1):
        if number == 1:  # the first one started the press
            pages, began = 0, time.perf_counter()
        skipped = number * MOVEMENTS_MAX
        found = statements.lines(history.database, whole, after=skipped, count=MOVEMENTS_MAX)
        lines = [line async for some in found for line in some]
        paper = await statement_paper(document, whole, lines, at=AT)
        await pdf.seal(paper, by=statements.configuration().seal, reason="bench", at=AT)
        pages += pages_in(paper)
    return {"pdf_pages_per_s": round(pages / (time.perf_counter() - began), 1), "pdf_pages": pages}


async def _months(history: LongHistory) -> dict[str, Any]:
    """Close months in which every account was touched since, and one that has just ended."""
    rates = [await _close(history, day) for day in MONTHS]
    return {"months_late_per_s": rates[0], "months_closed_per_s": rates[-1]}


async def _close(history: LongHistory, day: date) -> int:
    cursor: str | None = None
    started, rows = time.perf_counter(), 0
    while True:
        async with history.database.write() as tx:
            done = await statements.close_month(tx, day=day, cursor=cursor, at=AT)
        rows += done.items
        cursor = done.cursor
        if cursor is None:
            return round(rows / (time.perf_counter() - started))
