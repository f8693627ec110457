"""Booking in bulk beside others: nobody waits who need not, and nothing is booked twice."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.concurrency.test_ledger import AT, open_accounts, transfer
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import TooManyPostings
from tongbao.core.ledger.service import Account, NewTransaction, PostingResult, TransactionId, bulk
from tongbao.infra import audit
from tongbao.infra.audit.searching import Criteria, search
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id

BATCH = 10
FUNDS = 1_000
WAIT_SECONDS_MAX = 20

# One id that the database chokes on.
CHOKE = """
CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'choked'; END $$;
CREATE TRIGGER choke BEFORE INSERT ON ledger_transaction
  FOR EACH ROW WHEN (NEW.type = 'choke') EXECUTE FUNCTION choke();
"""


class Scene:
    """A hundred accounts with money, and a way to hold one of them up."""

    def __init__(self, database: Database, urls: Urls, accounts: Sequence[Account]) -> None:
        self.database = database
        self.urls = urls
        self.accounts = accounts

    def list_of(self, count: int, *, first: int = 0) -> list[NewTransaction]:
        """Return transfers of which no two share an account, from the account `first` on."""
        pairs = range(first, first + 2 * count, 2)
        return [transfer(self.accounts[n], self.accounts[n + 1], 1) for n in pairs]

    async def post_many(self, transactions: Sequence[NewTransaction]) -> list[PostingResult]:
        return await ledger.post_many(self.database, transactions, clock=lambda: AT)

    def locked(self, account: Account) -> "psycopg.Connection[tuple[object, ...]]":
        """Hold up whoever books on the account, until the returned connection is closed."""
        holder = psycopg.connect(self.urls.owner)
        holder.execute("SELECT FROM ledger_account WHERE uid = %s FOR UPDATE", [account.id])
        return holder

    async def booked(self) -> Counter[TransactionId]:
        """Count what is booked under each id, by looking at the rows themselves."""
        query = text("SELECT uid FROM ledger_transaction WHERE type IN ('test', 'choke')")
        async with self.database.read() as tx:
            return Counter((await tx.scalars(query)).all())

    async def until_booked(self, transactions: Sequence[NewTransaction]) -> None:
        """Wait until all of these are there."""
        wanted = {new.id for new in transactions}
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while True:
                if wanted <= (await self.booked()).keys():
                    return
                await asyncio.sleep(0.01)

    async def waiting(self) -> int:
        """Count who waits for a lock, as soon as somebody does."""
        query = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while True:
                async with self.database.read() as tx:
                    count: int = (await tx.execute(query)).scalar_one()
                if count:
                    return count
                await asyncio.sleep(0.01)


@pytest.fixture
async def scene(
    fresh_database: Callable[..., Urls], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    monkeypatch.setattr(bulk, "POSTINGS_PER_TURN", BATCH)
    urls = fresh_database()
    with psycopg.connect(urls.owner) as connection:
        connection.execute(CHOKE)
    database = Database.connect(urls.app)
    yield Scene(database, urls, await open_accounts(database, 100, funds=FUNDS))
    await database.close()


async def test_an_account_held_up_holds_up_its_own_batch_only(scene: Scene) -> None:
    transactions = scene.list_of(5 * BATCH)
    with scene.locked(scene.accounts[0]):
        calls = asyncio.create_task(scene.post_many(transactions))
        await scene.until_booked(transactions[BATCH:])
        booked = await scene.booked()
        assert not any(booked[new.id] for new in transactions[:BATCH])
        assert not calls.done()
    assert {result.status for result in await calls} == {"posted"}


async def test_what_touches_an_account_in_use_comes_later_and_in_its_order(scene: Scene) -> None:
    """The first batch is held up; what follows it on its accounts is not even tried."""
    source, target, *_ = scene.accounts
    spends = [transfer(source, target, FUNDS), transfer(source, target, 1)]
    back = transfer(target, source, 1)
    fillers = scene.list_of(4 * BATCH, first=2)
    transactions = [spends[0], *fillers[:BATCH], spends[1], *fillers[BATCH:], back]
    with scene.locked(source):
        calls = asyncio.create_task(scene.post_many(transactions))
        # A batch of ten: the first spend with nine fillers waits, the others are booked beside it,
        # and what is left then is too little to begin.
        await scene.until_booked(fillers[BATCH - 1 : 4 * BATCH - 1])
        assert await scene.waiting() == 1
    results = {each.transaction_id: each for each in await calls}
    first, second = (results[new.id] for new in spends)
    assert first.status == "posted"
    assert second.error is not None
    assert second.error.code == "ledger.insufficient_funds"
    assert results[back.id].status == "posted"


async def test_two_at_once_neither_deadlock_nor_lose_anything(scene: Scene) -> None:
    pick = random.Random(5)
    accounts = scene.accounts[:12]
    lists = [
        [
            transfer(debit, credit, pick.randint(1, 900))
            for debit, credit in (pick.sample(accounts, 2) for _ in range(200))
        ]
        for _ in range(2)
    ]
    told = await asyncio.gather(*[scene.post_many(each) for each in lists])
    posted = sum(result.status == "posted" for results in told for result in results)
    refused = {result.error.code for results in told for result in results if result.error}
    assert refused == {"ledger.insufficient_funds"}
    async with scene.database.read() as tx:
        after = (await ledger.balances(tx, [account.id for account in accounts])).values()
    assert sum(each.posted for each in after) == len(accounts) * FUNDS
    assert all(each.posted >= 0 for each in after)
    assert sum(each.version for each in after) == 2 * posted + len(accounts)


async def test_the_same_list_twice_at_once_is_booked_once(scene: Scene) -> None:
    transactions = scene.list_of(3 * BATCH)
    one, two = await asyncio.gather(*[scene.post_many(transactions) for _ in range(2)])
    for left, right in zip(one, two, strict=True):
        assert {left.status, right.status} == {"posted", "duplicate"}
        assert left.sequence == right.sequence


async def test_after_a_failure_the_list_is_repeated(scene: Scene) -> None:
    transactions = scene.list_of(4 * BATCH)
    (elsewhere,) = scene.list_of(1, first=98)
    poisoned = NewTransaction(id=elsewhere.id, type="choke", postings=elsewhere.postings)
    first_time = [*transactions[: BATCH + 3], poisoned, *transactions[BATCH + 3 :]]
    before = await scene.booked()
    with pytest.raises(DBAPIError):
        await scene.post_many(first_time)
    durable = await scene.booked() - before
    assert not durable[poisoned.id]
    results = await scene.post_many(transactions)
    again = {each.transaction_id for each in results if each.status == "duplicate"}
    assert again == durable.keys()
    assert {each.status for each in results} <= {"posted", "duplicate"}
    assert (await scene.booked())[transactions[0].id] == 1


async def test_who_stops_it_meets_nothing_of_it_later(scene: Scene) -> None:
    transactions = scene.list_of(5 * BATCH)
    with scene.locked(scene.accounts[0]):
        calls = asyncio.create_task(scene.post_many(transactions))
        await scene.until_booked(transactions[BATCH:])
        calls.cancel()
        await asyncio.sleep(0)
        assert not calls.done(), "a batch is under way"
    with pytest.raises(asyncio.CancelledError):
        await calls
    assert {each.status for each in await scene.post_many(transactions)} == {"duplicate"}


async def test_who_asked_is_in_the_trail_once_for_each(scene: Scene) -> None:
    transactions = scene.list_of(2 * BATCH)
    actor = new_id()
    by = [audit.Caller(actor_id=actor, kind="service")] * len(transactions)
    for _ in range(2):
        await ledger.post_many(scene.database, transactions, clock=lambda: AT, by=by)
    async with scene.database.read() as tx:
        found = await search(tx, Criteria(actor_id=actor), limit=100)
    assert Counter(each.object_id for each in found.items) == Counter(
        str(new.id) for new in transactions
    )


async def test_one_that_does_not_fit_is_refused_before_anything_is_booked(scene: Scene) -> None:
    transactions = scene.list_of(BATCH)
    empty = NewTransaction(id=TransactionId(new_id()), type="test", postings=())
    with pytest.raises(TooManyPostings):
        await scene.post_many([*transactions, empty])
    booked = await scene.booked()
    assert not any(booked[new.id] for new in transactions)


async def test_an_empty_list_is_no_work(scene: Scene) -> None:
    assert await scene.post_many([]) == []
