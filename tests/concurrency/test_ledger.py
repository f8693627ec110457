"""Many writers at once: exactly what the funds allow is booked; nothing deadlocks or is lost."""

import asyncio
import random
from datetime import UTC, datetime

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import (
    Account,
    Category,
    NewPosting,
    NewTransaction,
    PostingResult,
    TransactionId,
)
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
WRITERS = 8


def transfer(debit: Account, credit: Account, minor: int) -> NewTransaction:
    """Return a transaction of one posting."""
    return NewTransaction(
        id=TransactionId(new_id()),
        type="test",
        postings=(NewPosting(debit.id, credit.id, Money(minor, "CNY")),),
    )


async def open_accounts(database: Database, count: int, *, funds: int) -> list[Account]:
    """Open customer accounts that hold `funds` each."""
    async with database.write() as tx:
        cash = await ledger.open_account(
            tx, asset="CNY", category=Category.ASSET, overdraft=None, at=AT
        )
        opened = [
            await ledger.open_account(tx, asset="CNY", category=Category.LIABILITY, at=AT)
            for _ in range(count)
        ]
        if funds:
            await ledger.post(tx, [transfer(cash, account, funds) for account in opened], at=AT)
    return opened


async def test_overdraw_race_is_won_by_exactly_the_allowed(database: Database) -> None:
    source, target = await open_accounts(database, 2, funds=1_000)

    async def spend() -> list[PostingResult]:
        results = []
        for _ in range(20):
            async with database.write() as tx:
                results += await ledger.post(tx, [transfer(source, target, 10)], at=AT)
        return results

    outcomes = [
        r for group in await asyncio.gather(*[spend() for _ in range(WRITERS)]) for r in group
    ]
    assert sum(r.status == "posted" for r in outcomes) == 100
    assert {r.error.code for r in outcomes if r.error} == {"ledger.insufficient_funds"}
    async with database.read() as tx:
        after = await ledger.balances(tx, [source.id, target.id])
    assert [after[source.id].posted, after[target.id].posted] == [0, 2_000]


async def test_random_batches_conserve_the_total_without_deadlock(database: Database) -> None:
    accounts = await open_accounts(database, 12, funds=500)

    async def trade(seed: int) -> int:
        pick = random.Random(seed)
        booked = 0
        for _ in range(15):
            batch = [
                transfer(debit, credit, pick.randint(1, 400))
                for debit, credit in (pick.sample(accounts, 2) for _ in range(pick.randint(1, 30)))
            ]
            async with database.write() as tx:
                results = await ledger.post(tx, batch, at=AT)
            booked += sum(r.status == "posted" for r in results)
        return booked

    booked = sum(await asyncio.gather(*[trade(seed) for seed in range(WRITERS)]))
    async with database.read() as tx:
        after = (await ledger.balances(tx, [a.id for a in accounts])).values()
    assert sum(b.posted for b in after) == len(accounts) * 500
    assert all(b.posted >= 0 for b in after)
    # Each booking raised the version of two accounts by one; the funding raised each once.
    assert sum(b.version for b in after) == 2 * booked + len(accounts)


async def test_the_same_id_from_many_writers_is_booked_once(database: Database) -> None:
    source, target = await open_accounts(database, 2, funds=1_000)
    same = transfer(source, target, 10)

    async def send() -> PostingResult:
        async with database.write() as tx:
            return (await ledger.post(tx, [same], at=AT))[0]

    results = await asyncio.gather(*[send() for _ in range(WRITERS)])
    assert sorted(r.status for r in results) == ["duplicate"] * (WRITERS - 1) + ["posted"]
    assert len({r.sequence for r in results}) == 1


async def test_tails_fold_while_others_book(database: Database) -> None:
    async with database.write() as tx:
        fees, cash = [
            await ledger.open_account(tx, asset="CNY", category=category, overdraft=None, at=AT)
            for category in (Category.INCOME, Category.ASSET)
        ]
    seen: list[int] = []

    async def book() -> None:
        for _ in range(20):
            async with database.write() as tx:
                await ledger.post(tx, [transfer(cash, fees, 1)] * 1, at=AT)

    async def fold() -> None:
        for _ in range(20):
            async with database.write() as tx:
                await ledger.roll_up(tx)
            async with database.read() as reader:
                seen.append((await ledger.balance(reader, fees.id)).posted)

    await asyncio.gather(*[book() for _ in range(4)], fold(), fold())
    async with database.read() as reader:
        assert (await ledger.balance(reader, fees.id)).posted == 80
    assert max(seen) <= 80
