"""A search finds what a look at every transaction would, whatever the size of a page."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import pytest
import pytest_asyncio

from tongbao.core.ledger import domain
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain.searching import AmountWithoutAsset
from tongbao.core.ledger.service import (
    Account,
    AccountId,
    Category,
    Criteria,
    Entry,
    NewPosting,
    NewTransaction,
    Transaction,
    TransactionCriteria,
    TransactionId,
    TransactionKind,
    TransactionState,
    candidates,
)
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import BadCursor, Page

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = business_date(AT)
Side = Literal["debit", "credit"]
CORRELATED = UUID(int=77)


@dataclass
class Story:
    """Everything that happened, as the ledger tells it one by one; and what was moved back."""

    accounts: list[Account]
    told: list[Transaction]
    moved_back: dict[TransactionId, int]


def random_transaction(chance: random.Random, accounts: list[Account]) -> NewTransaction:
    pending = chance.random() < 0.3
    postings = []
    for _ in range(chance.randint(1, 3)):
        debit, credit = chance.sample(accounts, 2)
        postings.append(NewPosting(debit.id, credit.id, Money(chance.randint(1, 60), "CNY")))
    return NewTransaction(
        TransactionId(new_id()),
        chance.choice(["fee", "transfer"]),
        tuple(postings),
        effective_on=TODAY - timedelta(days=chance.randint(0, 4)),
        reference=chance.choice([None, "R1", "R2"]),
        metadata=chance.choice([{}, {"channel": "web"}, {"channel": "branch", "desk": "1"}]),
        correlation_id=chance.choice([None, None, CORRELATED]),
        kind=TransactionKind.PENDING if pending else TransactionKind.POSTED,
    )


async def follow_up(
    tx: WriteSession, chance: random.Random, earlier: Transaction
) -> NewTransaction:
    """Return a capture, a void, or a reversal of all or of a part."""
    if earlier.kind is TransactionKind.PENDING:
        if chance.random() < 0.5:
            return ledger.void(transaction_id=TransactionId(new_id()), pending_id=earlier.id)
        return await ledger.capture(
            tx, transaction_id=TransactionId(new_id()), pending_id=earlier.id
        )
    part = {1: Money(1, "CNY")} if chance.random() < 0.5 else None
    return await ledger.reversal(
        tx, transaction_id=TransactionId(new_id()), reverses_id=earlier.id, amounts=part
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(fresh_database: Callable[..., Urls]) -> AsyncIterator[Database]:
    """A ledger with the story and nothing else: what a search looks at is bounded by it."""
    opened = Database.connect(fresh_database().app, role=APP_ROLE)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(database: Database) -> Story:
    chance = random.Random(4)
    async with database.write() as tx:
        accounts = [
            await ledger.open_account(
                tx, asset="CNY", category=category, overdraft=overdraft, at=AT
            )
            for category, overdraft in (
                (Category.ASSET, None),
                (Category.LIABILITY, 10**9),
                (Category.LIABILITY, 10**9),
                (Category.ASSET, 10**9),
            )
        ]
    ids: list[TransactionId] = []
    for step in range(60):
        at = AT + timedelta(minutes=12 * step - chance.choice([0, 0, 30]))
        async with database.write() as tx:
            if chance.random() < 0.5 and ids:
                earlier = await ledger.transaction(tx, chance.choice(ids))
                while not earlier.postings:
                    earlier = await ledger.transaction(tx, chance.choice(ids))
                batch = [
                    await follow_up(tx, chance, earlier),
                    random_transaction(chance, accounts),
                ]
            else:
                batch = [random_transaction(chance, accounts) for _ in range(2)]
            results = await ledger.post(tx, batch, at=at)
            ids += [result.transaction_id for result in results if result.error is None]
        if step in {10, 25}:
            async with database.write() as tx:
                await ledger.extend_days(tx)
    async with database.read() as tx:
        told = [await ledger.transaction(tx, each) for each in ids]
    moved_back: dict[TransactionId, int] = {}
    for each in told:
        if each.kind is TransactionKind.REVERSAL and each.target is not None:
            back = sum(posting.amount for posting in each.postings)
            moved_back[each.target] = moved_back.get(each.target, 0) + back
    assert {each.kind for each in told} >= set(TransactionKind) - {TransactionKind.EXPIRY}
    return Story(accounts, sorted(told, key=lambda each: -each.sequence), moved_back)


def in_span(value: Any, first: Any, until: Any) -> bool:
    return (first is None or value >= first) and (until is None or value < until)


def fits(told: Transaction, criteria: Criteria) -> bool:
    """Compare what belongs to the transaction itself."""
    asked = {
        "reference": criteria.reference,
        "type": criteria.type,
        "correlation_id": criteria.correlation_id,
    }
    return (
        all(getattr(told, name) == value for name, value in asked.items() if value is not None)
        and in_span(told.booked_at, criteria.booked_from, criteria.booked_until)
        and in_span(told.effective_on, criteria.effective_from, criteria.effective_until)
        and criteria.metadata.items() <= told.metadata.items()
    )


def sides(posting: domain.Posting, account: AccountId | None) -> set[Side]:
    named: dict[Side, AccountId] = {"debit": posting.debit, "credit": posting.credit}
    return {side for side, each in named.items() if account in {None, each}}


def posting_fits(posting: domain.Posting, criteria: Criteria, account: AccountId | None) -> bool:
    high = criteria.amount_max if criteria.amount_max is not None else 10**18
    return (
        (criteria.amount_min or 0) <= posting.amount <= high
        and sides(posting, account) != set()
        and criteria.direction in {None, *sides(posting, account)}
    )


def state_of(story: Story, told: Transaction) -> set[TransactionState]:
    if told.kind is TransactionKind.PENDING:
        return {TransactionState.RESOLVED if told.resolved_by else TransactionState.PENDING}
    if told.kind not in {TransactionKind.POSTED, TransactionKind.CAPTURE}:
        return set()
    back = story.moved_back.get(told.id, 0)
    if back == 0:
        return {TransactionState.UNREVERSED}
    whole = back == sum(posting.amount for posting in told.postings)
    return {TransactionState.REVERSED if whole else TransactionState.PARTLY_REVERSED}


def expected_transactions(story: Story, criteria: TransactionCriteria) -> list[TransactionId]:
    about_postings = criteria.account_id is not None or criteria.amount_min is not None
    return [
        told.id
        for told in story.told
        if fits(told, criteria)
        and criteria.kind in {None, told.kind}
        and (criteria.state is None or criteria.state in state_of(story, told))
        and (
            not about_postings
            or any(posting_fits(each, criteria, criteria.account_id) for each in told.postings)
        )
    ]


def expected_entries(
    story: Story, account: Account, criteria: Criteria
) -> list[tuple[TransactionId, int, str]]:
    return [
        (told.id, posting.ordinal, min(sides(posting, account.id)))
        for told in story.told
        if told.kind is not TransactionKind.PENDING and fits(told, criteria)
        for posting in reversed(told.postings)
        if posting_fits(posting, criteria, account.id)
    ]


def random_facts(chance: random.Random) -> dict[str, Any]:
    """Return some criteria, seldom many."""
    start = AT + timedelta(minutes=chance.randint(-60, 700))
    day = TODAY - timedelta(days=chance.randint(0, 5))
    every = {
        "booked_from": start,
        "booked_until": start + timedelta(minutes=chance.randint(-10, 400)),
        "effective_from": day,
        "effective_until": day + timedelta(days=chance.randint(0, 4)),
        "amount_min": chance.randint(1, 40),
        "amount_max": chance.randint(20, 60),
        "reference": chance.choice(["R1", "R2", "R3"]),
        "type": chance.choice(["fee", "transfer", "ledger.void"]),
        "metadata": chance.choice([{"channel": "web"}, {"channel": "branch", "desk": "1"}]),
        "correlation_id": chance.choice([CORRELATED, UUID(int=78)]),
    }
    return {name: every[name] for name in chance.sample(sorted(every), chance.randint(0, 2))}


async def walk(page_after: Callable[[str | None], Awaitable[Page[Any]]]) -> list[Any]:
    """Return the items of all pages; the walk ends, and no page repeats the one before."""
    items: list[Any] = []
    after = None
    for _ in range(500):
        page = await page_after(after)
        items += page.items
        if page.next is None:
            return items
        assert page.next != after
        after = page.next
    pytest.fail("the pages never end")


@pytest.mark.parametrize("examined", [4, 5_000])
async def test_entries_found_are_those_that_fit(
    database: Database, story: Story, examined: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "EXAMINED_MAX", examined)
    chance = random.Random(examined)
    found_any = 0
    async with database.read() as tx:
        for _ in range(40):
            account = chance.choice(story.accounts)
            direction: Side | None = chance.choice([None, None, "debit", "credit"])
            criteria = Criteria(**random_facts(chance), direction=direction)
            limit = chance.choice([2, 7, 50, 50])

            async def page(
                after: str | None,
                account: Account = account,
                criteria: Criteria = criteria,
                limit: int = limit,
            ) -> Page[Entry]:
                return await ledger.find_entries(tx, account.id, criteria, after=after, limit=limit)

            found = await walk(page)
            got = [(each.transaction_id, each.ordinal, each.direction) for each in found]
            assert got == expected_entries(story, account, criteria), (criteria, limit)
            if account.overdraft is not None:
                assert all(each.balance_after is not None for each in found)
            found_any += bool(got)
    assert found_any > 8


@pytest.mark.parametrize("examined", [4, 5_000])
async def test_transactions_found_are_those_that_fit(
    database: Database, story: Story, examined: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "EXAMINED_MAX", examined)
    chance = random.Random(examined)
    mine = {told.id: told for told in story.told}
    found_any = 0
    async with database.read() as tx:
        for _ in range(40):
            account = chance.choice([None, *story.accounts])
            facts = random_facts(chance)
            if account is not None:
                facts["account_id"] = account.id
                facts["direction"] = chance.choice([None, "debit", "credit"])
            facts["state"] = chance.choice([None] * 5 + [*TransactionState])
            facts["kind"] = chance.choice([None] * 8 + [*TransactionKind])
            criteria = TransactionCriteria(**facts, asset="CNY/2" if account is None else None)
            limit = chance.choice([2, 7, 50, 50])

            async def page(
                after: str | None,
                criteria: TransactionCriteria = criteria,
                limit: int = limit,
            ) -> Page[Transaction]:
                return await ledger.find_transactions(tx, criteria, after=after, limit=limit)

            found = await walk(page)
            due = expected_transactions(story, criteria)
            if account is None:  # a void has no postings, so it is of no asset
                due = [each for each in due if mine[each].postings]
            assert [each.id for each in found] == due, (criteria, limit)
            assert found == [mine[each] for each in due]
            found_any += bool(found)
    assert found_any > 6


async def test_what_cannot_be_answered_is_refused(database: Database, story: Story) -> None:
    nobody = AccountId(UUID(int=0))
    async with database.read() as tx:
        with pytest.raises(domain.AccountNotFound):
            await ledger.find_entries(tx, nobody, Criteria())
        with pytest.raises(domain.AccountNotFound):
            await ledger.find_transactions(tx, TransactionCriteria(account_id=nobody))
        with pytest.raises(domain.UnknownAsset):
            await ledger.find_transactions(tx, TransactionCriteria(asset="NONE/2"))
        with pytest.raises(AmountWithoutAsset):
            await ledger.find_transactions(tx, TransactionCriteria(amount_min=1))
        with pytest.raises(BadCursor):
            await ledger.find_entries(tx, story.accounts[0].id, Criteria(), after="x")
