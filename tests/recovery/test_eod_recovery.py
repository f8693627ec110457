"""An end of day is killed with kill -9 in every piece and between all of them, and goes on.

The law: however often it is killed, the books are those of one that nobody disturbed.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

import pytest

from tests.recovery.eod_worker import PIECES
from tests.support.interest_bank import Bank
from tongbao.core.accounts.service import end_of_day
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.money import Rate
from tongbao.lib.interest.accrual import Tiers

pytestmark = pytest.mark.slow

FIRST = date(2026, 9, 17)
LAST = date(2026, 9, 20)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in PIECES.items():
        monkeypatch.setattr(end_of_day, name, most)


@pytest.fixture
async def twins(fresh_database: Callable[..., Urls]) -> AsyncIterator[tuple[Bank, Bank, str]]:
    """Two banks with the same accounts and bookings, and the address of the second."""
    async with AsyncExitStack() as stack:
        banks = []
        both = fresh_database(), fresh_database()
        for urls in both:
            database = Database.connect(urls.app, role=APP_ROLE, pool_size=4)
            stack.push_async_callback(database.close)
            bank = Bank(database, first=FIRST)
            await a_few_days(bank)
            banks.append(bank)
        yield banks[0], banks[1], both[1].app


async def a_few_days(bank: Bank) -> None:
    """Live until the day before interest falls due: two currencies, late bookings, a frozen one."""
    for currency, percent in (("CNY", "3.00"), ("USD", "4.50")):
        await bank.set_rate(Tiers.flat(Rate.percent(percent)), currency=currency)
    for number in range(3):
        await bank.move(await bank.open("CNY"), 10_000_000 + number)
    await bank.move(await bank.open("USD"), 20_000_000)
    while bank.today < LAST:
        await bank.close_day()
    for holder in bank.holders:
        await bank.move(holder, 500_000, on=FIRST)
        await bank.move(holder, 7)


async def test_killed_everywhere_it_leaves_the_books_of_an_undisturbed_one(
    twins: tuple[Bank, Bank, str],
) -> None:
    undisturbed, killed, url = twins
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("eod_worker.py"),
        url,
        LAST.isoformat(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await asyncio.wait_for(worker.communicate(), 240)
    finally:
        if worker.returncode is None:
            worker.kill()
    assert worker.returncode == 0
    places = json.loads(said.splitlines()[-1])
    await undisturbed.close_day()
    pieces = await steps_of(undisturbed)
    # Within each piece, and before each but the first.
    expected = [
        place
        for step, count in pieces
        for place in [f"before a piece of {step}", f"within a piece of {step}"] * count
    ][1:]
    assert places == expected
    assert {step for step, count in pieces if count > 1} >= {
        "accounts.value_dated",
        "accounts.accrue",
        "accounts.capitalise",
    }
    assert await killed.books() == await undisturbed.books()
    await killed.note_credits(killed.today)
    assert all(holder.paid for holder in killed.holders)


async def steps_of(bank: Bank) -> list[tuple[str, int]]:
    """Return the steps of the last day, and how many pieces each took."""
    runs = (await bank.books())["runs"]
    assert isinstance(runs, list)
    return [(row[3], row[7]) for row in runs if row[0] == LAST]
