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
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from tests.chaos.neighbours import changes, done_outside, money_comes_back, money_comes_in
from tests.chaos.office import Office, claims, reconcile
from tests.chaos.payers import ask_back, pay
from tests.chaos.town import CHANNELS, FAULTS, FUNDS_MINOR, NOT_RECEIVED, UNDER_WAY, Town
from tests.chaos.wallets import be_at_the_wallets, everybody_pays, somebody_pays_too_late
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

SEED = int(os.environ.get("TONGBAO_CHAOS_SEED", "7"))
PAYMENTS = int(os.environ.get("TONGBAO_CHAOS_PAYMENTS", "24"))
MANY = 300  # of so many some are closed, whatever the dice say
KILLS = int(os.environ.get("TONGBAO_CHAOS_KILLS", "3"))
CLIENTS = 4
CITIZENS = 4
FEW = 10  # kills
KINDS = {
    "transfer": 32, "top_up": 10, "wallet": 16, "withdrawal": 9, "refund": 9, "incoming": 12,
    "return": 6, "recall": 6,
}  # fmt: skip
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
            await made.begin_calmly(lambda: everybody_pays(made))
            yield made


async def test_nothing_is_lost_doubled_or_stuck(town: Town) -> None:
    for channel in CHANNELS:
        await town.misbehave(channel, [{**each, "seed": SEED + n} for n, each in enumerate(FAULTS)])
    await live_through(town)
    for channel in CHANNELS:
        await town.misbehave(channel, [])
    lost = await one_message_is_lost(town)
    await town.until(UNDER_WAY, 0)
    await somebody_pays_too_late(town)
    assert town.late or PAYMENTS < MANY, "nothing was closed at all"
    await town.heard()
    if KILLS <= FEW and not await town.comes(NOT_RECEIVED, 0, seconds=5):
        await town.let_time_pass()
    await town.until(NOT_RECEIVED, 0, seconds=900)
    await town.until(UNDER_WAY, 0)
    await town.answered()
    check_every_payment(town)
    assert (await work_off_what_differs(town))[lost] == "missing_here"
    check_the_books(town)


async def live_through(town: Town) -> None:
    """Let people pay and be paid, and kill what there is in between."""
    left = iter(range(PAYMENTS))
    strikes = {PAYMENTS * (n + 1) // (KILLS + 1): asyncio.Event() for n in range(KILLS)}

    async def client(seed: int) -> None:
        dice = Random(seed)
        async with town.http() as http:
            for number in left:
                if number in strikes:
                    strikes[number].set()
                (kind,) = dice.choices([*KINDS], [*KINDS.values()])
                if number < len(KINDS):
                    kind = [*KINDS][number]  # each is there, whatever the dice say
                await do(town, http, dice, kind)

    async def kill() -> None:
        for strike, disaster in zip(strikes.values(), cycle(DISASTERS), strict=False):
            await strike.wait()
            await asyncio.to_thread(town.kill, disaster)

    async def until_all_is_over(at_the_wallets: asyncio.Task[None]) -> None:
        async with asyncio.TaskGroup() as group:  # whoever fails ends all
            for n in range(CLIENTS):
                group.create_task(client(SEED * 1_000 + n))
            group.create_task(kill())
        at_the_wallets.cancel()

    async with asyncio.TaskGroup() as group:
        people = group.create_task(be_at_the_wallets(town, Random(SEED)))
        group.create_task(until_all_is_over(people))


async def do(town: Town, http: httpx2.AsyncClient, dice: Random, kind: str) -> None:
    """Have one thing happen."""
    match kind:
        case "incoming":
            await money_comes_in(town, dice)
        case "return":
            await money_comes_back(town, dice)
        case "recall":
            await ask_back(town, http, dice)
        case _:
            await pay(town, http, dice, kind)


async def one_message_is_lost(town: Town) -> str:
    """Let money come in of which nobody is told: it is found when the day is reconciled."""
    await town.misbehave("bank", [{"kind": "no_callback"}])
    reference = await money_comes_in(town, Random(SEED), wrong_share=0)
    await town.misbehave("bank", [])
    return reference


def check_every_payment(town: Town) -> None:
    orders = {
        id_: (kind, status)
        for id_, kind, status in town.rows("SELECT id, kind, status FROM payments_order")
    }
    assert {UUID(each) for each in town.acknowledged} <= orders.keys(), "acknowledged and lost"
    amounts: dict[str, int] = dict(
        town.rows(
            "SELECT a.reference, o.amount_minor FROM payments_attempt a"
            " JOIN payments_order o ON o.id = a.order_id"
        )
    )
    executed: Counter[UUID] = Counter()
    for done in done_outside(town):
        if done.order_id is not None:
            assert done.amount == amounts[done.reference]
            executed[done.order_id] += 1
    assert set(executed.values()) == {1}, "executed twice"
    tried = {id_ for (id_,) in town.rows("SELECT order_id FROM payments_attempt")}
    paid = {id_ for id_, (_, status) in orders.items() if status in {"settled", "returned"}}
    assert executed.keys() == paid & tried
    assert {orders[id_][0] for id_ in paid - tried} <= {"incoming", "return"}
    assert len(executed) >= PAYMENTS // 3, "hardly anything was paid at all"
    assert orders.keys() - executed.keys() >= {
        id_
        for (id_,) in town.rows(
            "SELECT a.order_id FROM payments_attempt a JOIN payments_order o ON o.id = a.order_id"
            " WHERE o.expires_at IS NOT NULL AND o.status IN ('rejected', 'cancelled')"
        )
    }, "paid and not booked"
    received = town.rows(
        "SELECT received_reference, count(*) FROM payments_order"
        " WHERE received_reference IS NOT NULL GROUP BY 1"
    )
    assert {count for _, count in received} == {1}, "booked twice"
    assert town.rows(
        "SELECT id, args FROM procrastinate_jobs WHERE task_name LIKE 'payments.%'"
        " AND status = 'failed'"
    ) == []  # fmt: skip


async def work_off_what_differs(town: Town) -> dict[str, str]:
    """Reconcile the days with files at fault; two people close every case. Return their kinds."""
    await reconcile(town)
    every: dict[str, str] = {}
    async with town.http() as http:
        office = await Office(town, http).open()
        for channel in CHANNELS:
            kinds = await office.work_off(channel)
            every |= kinds
            assert {*kinds.values()} >= {"missing_here", "missing_there", "amount", "doubled"}
        suspense = await office.suspense()
    assert {suspense[channel] for channel in CHANNELS} == {("0.00", 0)}
    return every


def check_the_books(town: Town) -> None:
    # Whatever the bank sent back is here, told of by a message, an answer or the day's file.
    came_back = {each["original"] for each in town.truth("bank")["payments"]} - {None}
    returned = town.rows(
        "SELECT a.reference FROM payments_attempt a JOIN payments_order o ON o.id = a.order_id"
        " WHERE o.status = 'returned' AND a.outcome = 'done'"
    )
    assert {reference for (reference,) in returned} == came_back
    moved = changes(town)
    held = {
        account: (posted, pending)
        for account, posted, pending in town.rows(
            "SELECT a.id, l.credits_posted - l.debits_posted, l.debits_pending + l.credits_pending"
            " FROM accounts_account a JOIN ledger_account l ON l.uid = a.ledger_account_id"
        )
    }
    for citizen in town.citizens:
        expected = FUNDS_MINOR + moved[citizen.account_id]
        assert held[citizen.account_id] == (expected, 0), citizen.login
    town.rows("SELECT 1 FROM ledger_roll_up(50000)")
    internal: Counter[str] = Counter()
    internal.update(
        {
            code: int(balance)
            for code, balance in town.rows(
                "SELECT a.code, a.debits_posted - a.credits_posted + coalesce((SELECT sum(t.debits"
                " - t.credits) FROM ledger_tail t WHERE t.account_id = a.id), 0)"
                " FROM ledger_account a WHERE a.code LIKE 'channels.%'"
                " OR a.code LIKE 'test.chaos.claims.%'"
            )
        }
    )
    for channel in CHANNELS:
        assert internal[f"channels.suspense.{channel}.CNY"] == 0
        here = [f"channels.{part}.{channel}.CNY" for part in ("in_transit", "nostro", "fees")]
        ours = sum(internal[code] for code in (*here, claims(channel)))
        assert ours == town.truth(channel)["owed_minor"], channel
    assert town.verified() == {"findings": []}
