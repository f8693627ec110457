"""How fast the pages of the web application are answered, on a ledger of a million transactions.

    tongbao bench screens --json

Each page is what it asks the API for, one request at a time, from the API as deployed on two
workers; a visit counts as its slowest request. The visitor holds fifty accounts and more; pages of
one account are of accounts picked at random. The list of ten thousand entries is scrolled, filtered
and opened in Chromium where the application is built and there is one: from a press to the next
picture, as the browser itself tells (Event Timing).
`TONGBAO_BENCH_POSTINGS` says how many postings, for trying out.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx2
from playwright.async_api import Page, async_playwright, expect

from benchmarks.support.api import api
from benchmarks.support.long_history import LongHistory, long_history
from benchmarks.support.scene import Scene
from tests.support.browser import find_browser
from tongbao.app.demo.savings import post_rates
from tongbao.app.site import Built
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

POSTINGS: Final = int(os.environ.get("TONGBAO_BENCH_POSTINGS", "9000000"))
"""Of which ten make a transaction: a million of them."""
VISITS: Final = 50
WARM_UP: Final = 5
ROWS: Final = 10_000
LOGIN: Final = "bench-holder"
PASSWORD: Final = "correct horse battery"  # noqa: S105 - of a server that is gone soon
ENTRIES_BY: Final = {"booked_from": "2026-07-01", "booked_to": "2026-07-31"}
WAIT_MS_MAX: Final = 60_000

# What passes between a press, or a key, and the next picture.
WATCH: Final = """
window.waits = [];
new PerformanceObserver(list => list.getEntries().forEach(each =>
  each.interactionId && window.waits.push([each.name, each.duration])
)).observe({type: "event", durationThreshold: 16, buffered: true});
"""

Ask = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at the pages, and at what."""

    client: httpx2.AsyncClient
    party_id: str
    history: LongHistory
    pick: Random

    @property
    def account(self) -> str:
        """One of the party's accounts; they are every hundredth."""
        n = self.pick.randrange(self.history.accounts // 100) * 100 + 100
        return str(self.history.account(n))


def _pages(who: Visitor) -> Mapping[str, Callable[[], Sequence[Ask]]]:
    """Return what each page asks for."""
    party = {"party_id": who.party_id}

    def account_page() -> Sequence[Ask]:
        path = f"accounts/{who.account}"
        return [
            (path, {}),
            (f"{path}/balance", {}),
            (f"{path}/entries", {"limit": 30}),
            (f"parties/{who.party_id}", {}),
            ("rates", {"product": "current", "currency": "CNY"}),
        ]

    def found_page() -> Sequence[Ask]:
        return [(f"accounts/{who.account}/entries", {"text": "INV-7", "limit": 30})]

    def far_page() -> Sequence[Ask]:
        return [(f"accounts/{who.history.busy}/entries", {"limit": 200, **ENTRIES_BY})]

    def payments_page() -> Sequence[Ask]:
        return [("payments", {"account_id": who.account, "limit": 30})]

    def statement_page() -> Sequence[Ask]:
        account = who.account
        days = {"first": "2026-07-01", "last": "2026-09-30"}
        return [
            (f"statements/accounts/{account}", days),
            ("statements/documents", {"account_id": account, "limit": 10}),
        ]

    return {
        "home": lambda: [
            ("accounts/overview", {}),
            (f"accounts/{who.account}/entries", {"limit": 6}),
            ("notices/unread", {}),
            ("deposits", {"limit": 20}),
            ("lending/loans", {"limit": 20}),
            ("standing-orders", {**party, "limit": 20}),
            ("approvals", {**party, "state": "open", "limit": 20}),
            ("bills/mandates", party),
        ],
        "accounts": lambda: [("accounts/overview", {})],
        "account": account_page,
        "account_found": found_page,
        "account_two_hundred": far_page,
        "payments": payments_page,
        "statement": statement_page,
        "deposits": lambda: [("deposits", {"limit": 30}), ("deposits/products", {})],
        "deposit_calculation": lambda: [
            ("deposits/calculation", {"product": "time_1y", "amount": "60000"}),
        ],
        "notices": lambda: [("notices", {"limit": 30})],
        "transfer": lambda: [
            ("accounts", {"limit": 50}),
            ("payments/payees", {**party, "limit": 50}),
            (f"accounts/{who.account}/balance", {}),
        ],
        "me": lambda: [("identity/factors", {}), ("identity/sessions", {})],
    }


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; there is one mode."""
    del deep
    async with long_history(POSTINGS) as history:
        async with history.database.write() as tx:
            party_id = await _holder(tx, history)
            await post_rates(tx, set_by=new_id(), at=now())
            transactions = (
                await tx.fetch("SELECT count(*) FROM ledger_transaction", ())  # of the whole
            )[0][0]
        figures: dict[str, Any] = {"transactions": int(transactions), "postings": history.postings}
        stage = Scene(history.urls, history.database, [], [])
        async with api(stage) as (port, _):
            figures |= await _answers(history, port, party_id)
            sys.stderr.write(f"{figures}\n")
            figures |= await _interactions(history, port)
    return figures


async def _holder(tx: WriteSession, history: LongHistory) -> str:
    """Give the party of every hundredth account, and of the busy one, a log-in."""
    busy = await accounts.get(tx, history.busy)
    other = await accounts.get(tx, history.account(100))
    user = await identity.create_user(
        tx,
        login=LOGIN,
        password=PASSWORD,
        name="bench",
        kind=UserKind.CUSTOMER,
        roles=[Role.CUSTOMER],
        party_ids={busy.party_id, other.party_id},
        at=now(),
    )
    assert user.login == LOGIN
    return str(other.party_id)


async def _answers(history: LongHistory, port: int, party_id: str) -> dict[str, Any]:
    base = f"http://127.0.0.1:{port}/api/v1/"
    async with httpx2.AsyncClient(base_url=base, timeout=60) as client:
        said = await client.post("identity/tokens", data={"username": LOGIN, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {said.json()['access_token']}"
        who = Visitor(client, party_id, history, Random(11))
        pages = _pages(who)
        taken: dict[str, list[float]] = {name: [] for name in pages}
        for visit in range(WARM_UP + VISITS):
            for name, asks in pages.items():
                slowest = max([await _took(client, *ask) for ask in asks()])
                if visit >= WARM_UP:
                    taken[name].append(slowest)
    return {
        f"{name}_p95_ms": round(sorted(each)[len(each) * 95 // 100], 1)
        for name, each in taken.items()
    }


async def _took(client: httpx2.AsyncClient, path: str, query: Mapping[str, Any]) -> float:
    """Return how many milliseconds an answer took; a refusal is one as well, but no measure."""
    started = time.perf_counter()
    answer = await client.get(path, params=query)
    milliseconds = (time.perf_counter() - started) * 1000
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
    return milliseconds


async def _interactions(history: LongHistory, port: int) -> dict[str, Any]:
    """Return how long presses on a list of ten thousand rows take to the next picture."""
    path = find_browser()
    if path is None or Built.load() is None:
        return {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = await browser.new_page(locale="zh-CN", base_url=f"http://127.0.0.1:{port}")
        page.set_default_timeout(WAIT_MS_MAX)
        expect.set_options(timeout=WAIT_MS_MAX)
        await page.add_init_script(WATCH)
        await page.goto(f"/login?next=/accounts/{history.busy}")
        await page.locator("input[autocomplete^=username]").fill(LOGIN)
        await page.locator("input[type=password]").fill(PASSWORD)
        await page.locator("button[type=submit]").click()
        rows = await _long_list(page)
        await page.evaluate("window.waits.length = 0")
        await _press_about(page)
        waits = await page.evaluate("window.waits")
        await browser.close()
    return {
        "list_rows": rows,
        "list_interactions": len(waits),
        "list_interaction_max_ms": max((each for _, each in waits), default=0),
    }


async def _long_list(page: Page) -> int:
    """Ask for more until ten thousand entries are in the list; return how many are."""
    await expect(page.locator(".day").first).to_be_visible()
    rows = 30
    while rows < ROWS:
        async with page.expect_response(re.compile(r"/entries\?.*after=")) as answered:
            await page.get_by_role("button", name="查看更多", exact=True).click()
        rows += len((await (await answered.value).json())["items"])
        await expect(page.get_by_role("button", name="查看更多", exact=True)).to_be_enabled()
    return rows


async def _press_about(page: Page) -> None:
    """Use the list as people do: look further down, open an entry, filter, search."""
    for _ in range(5):
        await page.get_by_role("button", name="查看更多", exact=True).click()
        await expect(page.get_by_role("button", name="查看更多", exact=True)).to_be_enabled()
        await page.mouse.wheel(0, -20_000)
        await page.locator(".day a.row:visible").first.click()
        await page.get_by_role("button", name="关闭", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
    filters = page.get_by_role("button", name="筛选", exact=True)
    await filters.click()
    await filters.click()
    await page.get_by_label("搜索对方、附言").press_sequentially("INV-9", delay=60)
    await expect(page).to_have_url(re.compile("text=INV-9"))
    await expect(page.locator(".day").first).to_be_visible()
