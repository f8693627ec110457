"""The teller: what it said was booked is booked once, whatever happens to the rest of a turn."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import TooManyPostings
from tongbao.core.ledger.service import (
    Account,
    Category,
    NewPosting,
    NewTransaction,
    PostingResult,
    Teller,
    TransactionId,
)
from tongbao.infra.db import Database
from tongbao.infra.driver import database_away
from tongbao.infra.postgres import Urls
from tongbao.infra.standing import Claim, Condition, Lapsed
from tongbao.infra.turns import Overloaded
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
FUNDS = 100_000
FAILS_WHEN_BOOKED = "fails when booked"
FAILS_AT_COMMIT = "fails at commit"
SLEEPS_AT_COMMIT = "sleeps at commit"
KILL_SLEEPERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event = 'PgSleep'
"""

# A type of transaction that the database chokes on, at once or when the transaction commits.
CHOKE = f"""
CREATE FUNCTION choke() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'choked'; END $$;
CREATE TRIGGER choke_at_once BEFORE INSERT ON ledger_transaction
  FOR EACH ROW WHEN (NEW.type = '{FAILS_WHEN_BOOKED}') EXECUTE FUNCTION choke();
CREATE CONSTRAINT TRIGGER choke_at_commit AFTER INSERT ON ledger_transaction
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.type = '{FAILS_AT_COMMIT}') EXECUTE FUNCTION choke();
CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER doze_at_commit AFTER INSERT ON ledger_transaction
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.type = '{SLEEPS_AT_COMMIT}') EXECUTE FUNCTION doze();
"""


class Scene:
    """Two customers, the first with money, and a way to see what is in the books."""

    def __init__(self, database: Database, urls: Urls, ann: Account, bob: Account) -> None:
        self.database = database
        self.urls = urls
        self.ann = ann
        self.bob = bob

    def new(self, minor: int = 1, **facts: Any) -> NewTransaction:
        posting = NewPosting(self.ann.id, self.bob.id, Money(minor, "CNY"))
        return NewTransaction(
            **{"id": TransactionId(new_id()), "type": "test", **facts}, postings=(posting,)
        )

    async def booked(self) -> Counter[TransactionId]:
        """Count what is booked under each id, by looking at the rows themselves."""
        query = text("""
            SELECT t.uid FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id
        """)
        async with self.database.read() as tx:
            return Counter((await tx.scalars(query)).all())

    async def bobs(self) -> int:
        async with self.database.read() as tx:
            return (await ledger.balance(tx, self.bob.id)).posted

    def locked(self) -> "psycopg.Connection[Any]":
        """Hold up every booking until the returned connection is closed."""
        holder = psycopg.connect(self.urls.owner)
        holder.execute("LOCK TABLE ledger_transaction IN SHARE MODE")
        return holder


@pytest.fixture
async def scene(fresh_database: Callable[..., Urls]) -> AsyncIterator[Scene]:
    urls = fresh_database()
    with psycopg.connect(urls.owner) as connection:
        connection.execute(CHOKE)
    database = Database.connect(urls.app)
    async with database.write() as tx:
        cash = await ledger.open_account(
            tx, asset="CNY", category=Category.ASSET, overdraft=None, at=AT
        )
        ann, bob = [
            await ledger.open_account(tx, asset="CNY", category=Category.LIABILITY, at=AT)
            for _ in range(2)
        ]
        funding = NewTransaction(
            id=TransactionId(new_id()),
            type="funding",
            postings=(NewPosting(cash.id, ann.id, Money(FUNDS, "CNY")),),
        )
        await ledger.post(tx, [funding], at=AT)
    yield Scene(database, urls, ann, bob)
    await database.close()


async def all_of(
    teller: Teller, orders: list[NewTransaction]
) -> list[PostingResult | BaseException]:
    return await asyncio.gather(
        *[teller.post(new, at=AT) for new in orders], return_exceptions=True
    )


async def test_what_hundreds_were_told_is_in_the_books_exactly_once(scene: Scene) -> None:
    teller = Teller(scene.database)
    answers: dict[TransactionId, PostingResult] = {}

    async def customer() -> None:
        for _ in range(5):
            new = scene.new()
            answers[new.id] = await teller.post(new, at=AT)

    await asyncio.gather(*[customer() for _ in range(300)])
    assert {result.status for result in answers.values()} == {"posted"}
    assert all(id_ == result.transaction_id for id_, result in answers.items())
    booked = await scene.booked()
    assert {booked[id_] for id_ in answers} == {1}
    assert len(booked) == len(answers) + 1
    assert await scene.bobs() == len(answers)
    sequences = {result.sequence for result in answers.values()}
    assert len(sequences) == len(answers)


async def test_each_is_told_the_balance_after_its_own(scene: Scene) -> None:
    results = await all_of(Teller(scene.database), [scene.new(minor) for minor in (5, 7, 11)])
    balances = [
        result.postings[0].credit_balance for result in results if isinstance(result, PostingResult)
    ]
    assert balances == [5, 12, 23]


async def test_a_refusal_is_its_askers_alone_and_exactly_the_funds_are_spent(scene: Scene) -> None:
    results = await all_of(Teller(scene.database), [scene.new(FUNDS // 10) for _ in range(25)])
    statuses = Counter(result.status for result in results if isinstance(result, PostingResult))
    assert statuses == {"posted": 10, "refused": 15}
    assert await scene.bobs() == FUNDS


async def test_a_poisoned_item_harms_no_other_of_its_turn(scene: Scene) -> None:
    orders = [scene.new() for _ in range(40)]
    for position in (3, 17, 18):
        orders[position] = scene.new(type=FAILS_WHEN_BOOKED)
    results = await all_of(Teller(scene.database), orders)
    booked = await scene.booked()
    for position, (new, result) in enumerate(zip(orders, results, strict=True)):
        if position in {3, 17, 18}:
            assert isinstance(result, DBAPIError)
            assert booked[new.id] == 0
        else:
            assert isinstance(result, PostingResult)
            assert result.status == "posted"
            assert result.transaction_id == new.id
            assert booked[new.id] == 1


async def test_a_lone_poisoned_item_fails_and_the_teller_lives(scene: Scene) -> None:
    teller = Teller(scene.database)
    with pytest.raises(DBAPIError):
        await teller.post(scene.new(type=FAILS_WHEN_BOOKED), at=AT)
    assert (await teller.post(scene.new(), at=AT)).status == "posted"


async def test_an_item_that_cannot_even_be_sent_harms_no_other(scene: Scene) -> None:
    orders = [scene.new(), scene.new(reference="\0"), scene.new()]
    first, second, third = await all_of(Teller(scene.database), orders)
    assert isinstance(first, PostingResult)
    assert isinstance(second, Exception)
    assert isinstance(third, PostingResult)
    assert await scene.bobs() == 2


async def test_when_commit_fails_nobody_is_told_what_is_not_so(scene: Scene) -> None:
    orders = [scene.new(), scene.new(type=FAILS_AT_COMMIT), scene.new()]
    results = await all_of(Teller(scene.database), orders)
    booked = await scene.booked()
    for new, result in zip(orders, results, strict=True):
        if new.type == FAILS_AT_COMMIT:
            assert isinstance(result, DBAPIError)
            assert booked[new.id] == 0
        else:  # the turn was undone as a whole; these were booked in halves of it
            assert isinstance(result, PostingResult)
            assert result.status == "posted"
            assert booked[new.id] == 1
    assert await scene.bobs() == 2


async def test_when_the_database_dies_at_commit_all_of_the_turn_are_told(scene: Scene) -> None:
    teller = Teller(scene.database)
    orders = [scene.new(), scene.new(type=SLEEPS_AT_COMMIT), scene.new()]
    calls = asyncio.gather(*[teller.post(n, at=AT) for n in orders], return_exceptions=True)
    killed = 0
    async with (
        asyncio.timeout(20),
        await psycopg.AsyncConnection.connect(scene.urls.owner, autocommit=True) as other,
    ):
        while not killed:
            await asyncio.sleep(0.01)
            killed = len(await (await other.execute(KILL_SLEEPERS)).fetchall())
    results = await calls
    assert all(isinstance(r, DBAPIError) and database_away(r) for r in results)
    assert await scene.bobs() == 0
    again = await all_of(teller, [orders[0], orders[2]])
    assert [r.status for r in again if isinstance(r, PostingResult)] == ["posted", "posted"]
    assert await scene.bobs() == 2


async def test_twins_in_one_turn_and_across_turns_are_booked_once(scene: Scene) -> None:
    teller = Teller(scene.database)
    same = scene.new(10)
    other = NewTransaction(id=same.id, type="other", postings=same.postings)
    results = await all_of(teller, [same] * 20 + [other])
    statuses = Counter(r.status for r in results if isinstance(r, PostingResult))
    assert statuses == {"posted": 1, "duplicate": 19, "refused": 1}
    sequences = {r.sequence for r in results if isinstance(r, PostingResult) and not r.error}
    assert len(sequences) == 1
    later = await teller.post(same, at=AT)
    assert (later.status, {later.sequence}) == ("duplicate", sequences)
    assert await scene.bobs() == 10


async def test_twins_at_two_tellers_are_booked_once(scene: Scene) -> None:
    tellers = [Teller(scene.database) for _ in range(2)]  # as of two processes
    for _ in range(20):
        same = [scene.new() for _ in range(10)]
        told = await asyncio.gather(*[all_of(teller, same) for teller in tellers])
        for one, two in zip(*told, strict=True):
            assert isinstance(one, PostingResult)
            assert isinstance(two, PostingResult)
            assert {one.status, two.status} == {"posted", "duplicate"}
            assert one.sequence == two.sequence
    assert await scene.bobs() == 200


async def test_who_stops_waiting_takes_nothing_back_and_harms_nobody(scene: Scene) -> None:
    teller = Teller(scene.database)
    orders = [scene.new() for _ in range(3)]
    with scene.locked():
        calls = [asyncio.create_task(teller.post(new, at=AT)) for new in orders]
        await asyncio.sleep(0.05)  # the turn now waits in PostgreSQL
        late = asyncio.create_task(teller.post(scene.new(), at=AT))
        await asyncio.sleep(0)
        calls[1].cancel()
        late.cancel()
        await asyncio.wait([calls[1], late])
    assert [(await calls[n]).status for n in (0, 2)] == ["posted", "posted"]
    await teller.post(scene.new(), at=AT)
    booked = await scene.booked()
    assert [booked[new.id] for new in orders] == [1, 1, 1]
    assert await scene.bobs() == 4  # whoever left before its turn was not booked


async def test_when_the_database_goes_away_all_are_told_and_all_may_ask_again(
    scene: Scene,
) -> None:
    teller = Teller(scene.database)
    orders = [scene.new() for _ in range(50)]
    with scene.locked() as holder:
        calls = asyncio.gather(*[teller.post(new, at=AT) for new in orders], return_exceptions=True)
        await asyncio.sleep(0.05)
        kill = """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
        assert len(holder.execute(kill).fetchall()) == 1
        results = await calls
    assert all(isinstance(r, DBAPIError) and database_away(r) for r in results)
    assert await scene.bobs() == 0
    again = await all_of(teller, orders)
    assert {r.status for r in again if isinstance(r, PostingResult)} == {"posted"}
    assert await scene.bobs() == 50


async def test_too_many_waiting_are_refused_and_not_booked(scene: Scene) -> None:
    teller = Teller(scene.database, waiting_max=10)
    orders = [scene.new() for _ in range(30)]
    results = await all_of(teller, orders)
    refused = [
        n for n, result in zip(orders, results, strict=True) if isinstance(result, Overloaded)
    ]
    assert len(refused) == 20
    booked = await scene.booked()
    assert not any(booked[new.id] for new in refused)
    assert await scene.bobs() == 10


async def test_what_is_too_large_or_empty_is_refused_at_the_door(scene: Scene) -> None:
    teller = Teller(scene.database)
    (posting,) = scene.new().postings
    for postings in ((), (posting,) * 1_001):
        new = NewTransaction(id=TransactionId(new_id()), type="test", postings=postings)
        with pytest.raises(TooManyPostings):
            await teller.post(new, at=AT)


async def test_a_claim_that_lapsed_undoes_no_order_without_one(scene: Scene) -> None:
    def still_stand(claims: Iterable[Claim], _at: datetime) -> Condition:
        good = all(claim.standing == b"good" for claim in claims)
        return Condition("%s::boolean", (good,))

    teller = Teller(scene.database, still_stand=still_stand)
    claims = [None, Claim(b"a", b"good"), Claim(b"b", b"bad"), None]
    orders = [scene.new() for _ in claims]
    results = await asyncio.gather(
        *[teller.post(new, at=AT, claim=claim) for new, claim in zip(orders, claims, strict=True)],
        return_exceptions=True,
    )
    assert [isinstance(result, Lapsed) for result in results] == [False, True, True, False]
    booked = await scene.booked()
    assert [booked[new.id] for new in orders] == [1, 0, 0, 1]
    assert (await teller.post(orders[1], at=AT, claim=claims[1])).status == "posted"
    with pytest.raises(Lapsed):  # nothing could be booked, so nobody was asked
        await teller.post(scene.new(effective_on=date(2999, 1, 1)), at=AT, claim=claims[1])
    assert await scene.bobs() == 3


async def test_a_batch_is_booked_at_the_latest_of_its_moments(scene: Scene) -> None:
    teller = Teller(scene.database)
    days = [datetime(2026, 3, day, 4, tzinfo=UTC) for day in (3, 5, 4)]
    orders = [scene.new(effective_on=date(2026, 3, 2)) for _ in days]
    await asyncio.gather(*[teller.post(n, at=at) for n, at in zip(orders, days, strict=True)])
    async with scene.database.read() as tx:
        found = [await ledger.transaction(tx, new.id) for new in orders]
    assert {each.booked_at for each in found} == {max(days)}
