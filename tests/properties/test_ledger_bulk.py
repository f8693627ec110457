"""The law of booking in bulk: whatever is under way at the same time, the books end as if the list
had been booked one by one.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import NewPosting, NewTransaction, PostedPosting, PostingResult
from tongbao.core.ledger.service import AccountId, Category, TransactionId, bulk
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
ACCOUNTS = 6
INTERNAL = 2  # the first ones, without a limit
FUNDS = 100

pairs = st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, ACCOUNTS - 1)).filter(
    lambda pair: pair[0] != pair[1]
)
moves = st.tuples(pairs, st.integers(1, 80))
items = st.tuples(
    st.lists(moves, min_size=1, max_size=3),
    st.sampled_from([ledger.TransactionKind.POSTED] * 4 + [ledger.TransactionKind.PENDING]),
    st.booleans(),  # whether it has the id of the one before
)
Items = list[tuple[list[tuple[tuple[int, int], int]], ledger.TransactionKind, bool]]


def transactions_of(drawn: Items, accounts: Sequence[AccountId]) -> list[NewTransaction]:
    made: list[NewTransaction] = []
    for drawn_moves, kind, again in drawn:
        id_ = made[-1].id if again and made else TransactionId(new_id())
        postings = tuple(
            NewPosting(accounts[debit], accounts[credit], Money(minor, "CNY"))
            for (debit, credit), minor in drawn_moves
        )
        made.append(NewTransaction(id=id_, type="test", postings=postings, kind=kind))
    return made


def limited_of(new: NewTransaction, accounts: Sequence[AccountId]) -> set[UUID]:
    """Return what must keep its order: the id, and the accounts with a limit."""
    touched = {account for each in new.postings for account in (each.debit, each.credit)}
    return {new.id} | (touched & set(accounts[INTERNAL:]))


def posted(new: NewTransaction, accounts: Sequence[AccountId]) -> PostingResult:
    def after(account: AccountId) -> int | None:
        return None if account in accounts[:INTERNAL] else 1

    postings = tuple(PostedPosting(after(each.debit), after(each.credit)) for each in new.postings)
    return PostingResult(new.id, "posted", 1, postings)


@given(drawn=st.lists(items, max_size=40), data=st.data(), size=st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_batches_under_way_share_nothing_and_keep_the_order_of_the_list(
    drawn: Items, data: st.DataObject, size: int
) -> None:
    accounts = [AccountId(UUID(int=number)) for number in range(1, ACCOUNTS + 1)]
    transactions = transactions_of(drawn, accounts)
    schedule = bulk.Schedule(transactions, postings_max=size, passed_over_max=7)
    under_way: list[bulk.Batch] = []
    order: list[int] = []
    while True:
        while len(under_way) < 3 and (batch := schedule.next()):
            keys = [limited_of(transactions[place], accounts) for place in batch.places]
            for other in under_way:
                for place in other.places:
                    theirs = limited_of(transactions[place], accounts)
                    assert not any(theirs & each for each in keys)
            under_way.append(batch)
            order += batch.places
        if not under_way:
            break
        ended = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        schedule.end(ended, [posted(transactions[place], accounts) for place in ended.places])
    assert sorted(order) == list(range(len(transactions))), "each exactly once"
    for key in {key for new in transactions for key in limited_of(new, accounts)}:
        touching = [p for p in order if key in limited_of(transactions[p], accounts)]
        assert touching == sorted(touching)


def test_a_full_batch_takes_no_more_and_a_small_one_waits_for_those_under_way() -> None:
    accounts = [AccountId(UUID(int=number)) for number in range(1, 31)]
    one = ledger.TransactionKind.POSTED
    transactions = transactions_of(
        [([((n, n + 1), 1)], one, False) for n in range(0, 30, 2)], accounts
    )
    schedule = bulk.Schedule(transactions, postings_max=10, passed_over_max=7)
    first = schedule.next()
    assert first is not None
    assert first.places == list(range(10))
    assert schedule.next() is None, "five are left, not worth a turn beside another"
    schedule.end(first, [posted(transactions[place], accounts) for place in first.places])
    last = schedule.next()
    assert last is not None
    assert last.places == list(range(10, 15))


async def _open(database: Database) -> list[AccountId]:
    async with database.write() as tx:
        opened = [
            await ledger.open_account(
                tx,
                asset="CNY",
                category=Category.ASSET if number < INTERNAL else Category.LIABILITY,
                overdraft=None if number < INTERNAL else 0,
                at=AT,
            )
            for number in range(ACCOUNTS)
        ]
        funding = [
            NewTransaction(
                id=TransactionId(new_id()),
                type="funding",
                postings=(NewPosting(opened[0].id, account.id, Money(FUNDS, "CNY")),),
            )
            for account in opened[INTERNAL:]
        ]
        await ledger.post(tx, funding, at=AT)
    return [account.id for account in opened]


async def _both_ways(database: Database, drawn: Items) -> tuple[list[object], list[object]]:
    """Book the same on two sets of accounts: in bulk, and one by one."""

    def told(results: Sequence[PostingResult]) -> list[object]:
        return [(each.status, each.error and each.error.code, each.postings) for each in results]

    async def left(accounts: Sequence[AccountId]) -> list[object]:
        async with database.read() as tx:
            found = await ledger.balances(tx, list(accounts))
        return [
            (each.posted, each.pending_in, each.pending_out, each.version)
            for each in (found[account] for account in accounts)
        ]

    ours, theirs = await _open(database), await _open(database)
    in_bulk = await ledger.post_many(database, transactions_of(drawn, ours), clock=lambda: AT)
    one_by_one: list[PostingResult] = []
    for new in transactions_of(drawn, theirs):
        async with database.write() as tx:
            one_by_one += await ledger.post(tx, [new], at=AT)
    return told(in_bulk) + await left(ours), told(one_by_one) + await left(theirs)


def test_the_books_end_as_if_booked_one_by_one(
    app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "POSTINGS_PER_TURN", 3)

    @given(drawn=st.lists(items, min_size=4, max_size=20))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def law(drawn: Items) -> None:
        async def run() -> None:
            database = Database.connect(app_url)
            try:
                in_bulk, one_by_one = await _both_ways(database, drawn)
            finally:
                await database.close()
            assert in_bulk == one_by_one

        asyncio.run(run())

    law()
