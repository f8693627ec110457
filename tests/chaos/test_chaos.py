"""Everything goes wrong at once: channels misbehave in every way they can, processes are killed.

The law, at the end: no payment is lost, doubled or stuck; what is on customers' accounts is what
the channels have done; nothing is in suspense; the ledger is sound.

`make chaos` runs thousands of payments and many kills; here are a few of each. The channels' dice
have seeds; what the machine's clock adds changes the way, never the end.
"""

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from tests.chaos.town import FUNDS_MINOR, UNDER_WAY, Town, pay
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

SEED = int(os.environ.get("TONGBAO_CHAOS_SEED", "7"))
PAYMENTS = int(os.environ.get("TONGBAO_CHAOS_PAYMENTS", "24"))
KILLS = int(os.environ.get("TONGBAO_CHAOS_KILLS", "3"))
CLIENTS = 4
CITIZENS = 3
DISASTERS = ("worker", "serve", "postgres")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200)]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    # Started by root, the database runs as another user, who may not enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="tongbao-chaos-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(place: Path) -> AsyncIterator[Town]:
    outside = create_app(book=FirmBook(firms.load(count=3)), token="t", identity_token="t")
    with EmbeddedPostgres(place / "server") as postgres, running(outside) as sandbox:
        urls = postgres.urls()  # fsync is on
        run_migrations(urls.owner)
        made = Town(place, postgres, urls, sandbox)
        with made.processes:
            await made.join()
            made.start("serve", "worker")
            await made.settle_down(CITIZENS)
            await made.verify_cards()
            yield made


async def test_nothing_is_lost_doubled_or_stuck(town: Town) -> None:
    await town.misbehave(SEED)
    await live_through(town)
    await town.behave()
    await town.until(UNDER_WAY, 0)
    check_every_payment(town)
    check_the_books(town)


async def live_through(town: Town) -> None:
    """Let people pay, and kill what there is in between."""
    left = iter(range(PAYMENTS))
    strikes = {PAYMENTS * (n + 1) // (KILLS + 1): asyncio.Event() for n in range(KILLS)}

    async def client(seed: int) -> None:
        dice = Random(seed)
        async with town.http() as http:
            for number in left:
                if number in strikes:
                    strikes[number].set()
                await pay(town, http, dice)

    paying = [asyncio.create_task(client(SEED * 1_000 + n)) for n in range(CLIENTS)]
    for strike, disaster in zip(strikes.values(), cycle(DISASTERS), strict=False):
        await strike.wait()
        await asyncio.to_thread(town.kill, disaster)
    await asyncio.gather(*paying)


def check_every_payment(town: Town) -> None:
    orders = dict(town.rows("SELECT id::text, status FROM payments_order"))
    assert set(town.acknowledged) <= orders.keys(), "acknowledged and lost"
    attempts = {
        reference: (order_id, amount)
        for reference, order_id, amount in town.rows(
            "SELECT a.reference, a.order_id::text, o.amount_minor FROM payments_attempt a"
            " JOIN payments_order o ON o.id = a.order_id"
        )
    }
    executed: Counter[str] = Counter()
    for channel in ("bank", "card"):
        for each in town.truth(channel)["payments"]:
            order_id, amount = attempts[each["reference"]]
            assert each["status"] in {"settled", "rejected"}, each
            if each["status"] == "settled":
                assert each["amount_minor"] == amount
                executed[order_id] += 1
    assert set(executed.values()) == {1}, "executed twice"
    assert executed.keys() == {id_ for id_, status in orders.items() if status == "settled"}
    assert len(executed) >= PAYMENTS // 3, "hardly anything was paid at all"


def check_the_books(town: Town) -> None:
    moved = dict(
        town.rows(
            "SELECT account, sum(minor) FROM ("
            " SELECT debtor_account_id AS account, -amount_minor AS minor FROM payments_order"
            "  WHERE status = 'settled'"
            " UNION ALL SELECT creditor_account_id, amount_minor FROM payments_order"
            "  WHERE status = 'settled') x WHERE account IS NOT NULL GROUP BY 1"
        )
    )
    held = {
        account: (posted, pending)
        for account, posted, pending in town.rows(
            "SELECT a.id, l.credits_posted - l.debits_posted, l.debits_pending + l.credits_pending"
            " FROM accounts_account a JOIN ledger_account l ON l.uid = a.ledger_account_id"
        )
    }
    for citizen in town.citizens:
        expected = FUNDS_MINOR + int(moved.get(citizen.account_id, 0))
        assert held[citizen.account_id] == (expected, 0), citizen.login
    town.rows("SELECT 1 FROM ledger_roll_up(50000)")
    internal = {
        code: int(balance)
        for code, balance in town.rows(
            "SELECT a.code, a.debits_posted - a.credits_posted + coalesce((SELECT sum(t.debits -"
            " t.credits) FROM ledger_tail t WHERE t.account_id = a.id), 0)"
            " FROM ledger_account a WHERE a.code LIKE 'channels.%'"
        )
    }
    for channel in ("bank", "card"):
        assert internal[f"channels.in_transit.{channel}.CNY"] == town.truth(channel)["owed_minor"]
        assert internal[f"channels.suspense.{channel}.CNY"] == 0
    assert town.verified() == {"findings": []}
