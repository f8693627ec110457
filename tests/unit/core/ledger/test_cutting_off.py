"""The cut-off of a day: which postings belong to it, whatever is booked around midnight."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import Category, cutting_off
from tongbao.infra import runs
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

DAY = date(2026, 5, 4)
MIDNIGHT = datetime(2026, 5, 4, 16, tzinfo=UTC)  # in China
AFTER = MIDNIGHT + timedelta(minutes=3)
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest.fixture
async def own(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.app, role=APP_ROLE)
    yield opened
    await opened.close()


class Books:
    """A customer, and cash."""

    def __init__(self, cash: ledger.AccountId, customer: ledger.AccountId) -> None:
        self.cash, self.customer = cash, customer

    async def pay_in(
        self, tx: WriteSession, minor: int, *, at: datetime, on: date | None = None
    ) -> None:
        new = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type="test.cash",
            postings=(ledger.NewPosting(self.cash, self.customer, Money(minor, "CNY")),),
            effective_on=on,
        )
        (result,) = await ledger.post(tx, [new], at=at)
        result.raise_for_refusal()


@pytest.fixture
async def books(own: Database) -> Books:
    async with own.write() as tx:
        cash = await ledger.internal_account(
            tx, code="test.cash", asset="CNY", category=Category.ASSET, name="现金", at=MIDNIGHT
        )
        customer = await ledger.open_account(
            tx, asset="CNY", category=Category.LIABILITY, at=MIDNIGHT
        )
    return Books(cash.id, customer.id)


async def cut(tx: WriteSession, *, at: datetime = AFTER) -> ledger.CutOff:
    cursor: str | None = None
    while True:
        progress = await ledger.cut_off(tx, day=DAY, cursor=cursor, at=at)
        cursor = progress.cursor
        if cursor is None:
            break
    found = await ledger.cut_off_of(tx, DAY)
    assert found is not None
    return found


async def day_end(tx: WriteSession, books: Books, taken: ledger.CutOff) -> int:
    found = await tx.execute(
        text(
            "SELECT balance FROM ledger_day_ends(:first, :last, :on, :through, :recent)"
            " WHERE uid = :uid"
        ),
        {
            "first": FIRST,
            "last": LAST,
            "on": taken.day,
            "through": taken.through_sequence,
            "recent": taken.recent_from,
            "uid": books.customer,
        },
    )
    return int(found.scalar_one())


async def test_what_is_numbered_and_effective_by_then_belongs_to_the_day(
    own: Database, books: Books
) -> None:
    async with own.write() as tx:
        await books.pay_in(tx, 1, at=MIDNIGHT - timedelta(days=3))
        await books.pay_in(tx, 10, at=MIDNIGHT - timedelta(microseconds=1))
        await books.pay_in(tx, 100, at=MIDNIGHT)  # the next day
        await books.pay_in(tx, 1_000, at=MIDNIGHT, on=DAY)  # back-dated in time
    async with own.write() as tx:
        taken = await cut(tx)
    assert (taken.through_sequence, taken.recent_from, taken.taken_at) == (4, 3, AFTER)
    async with own.write() as tx:
        assert await day_end(tx, books, taken) == 1_011
        # A straggler, and one more for the day: numbered behind the cut-off, so not of the day.
        await books.pay_in(tx, 10_000, at=MIDNIGHT - timedelta(microseconds=1))
        await books.pay_in(tx, 100_000, at=AFTER, on=DAY)
        assert await day_end(tx, books, taken) == 1_011
        late = await tx.execute(
            text("SELECT uid, first_on FROM ledger_late(:after, 99, :before)"),
            {"after": taken.through_sequence, "before": DAY + timedelta(days=1)},
        )
        assert [tuple(row) for row in late] == [(books.customer, DAY)]


@pytest.mark.parametrize("taken_in", [False, True])
async def test_balances_of_days_as_two_numbers_have_them(
    own: Database, books: Books, *, taken_in: bool
) -> None:
    days = [DAY - timedelta(days=back) for back in (3, 2, 1, 0)]
    async with own.write() as tx:
        await books.pay_in(tx, 1, at=MIDNIGHT, on=days[0] - timedelta(days=30))
        await books.pay_in(tx, 10, at=MIDNIGHT, on=days[1])
        await books.pay_in(tx, 100, at=MIDNIGHT, on=days[0])
        await books.pay_in(tx, 1_000, at=MIDNIGHT, on=days[3])
        await books.pay_in(tx, 10_000, at=MIDNIGHT, on=days[1])
    if taken_in:  # whether the daily totals know of it makes no difference
        async with own.write() as tx:
            assert await ledger.extend_days(tx) == 5
    async with own.read() as tx:
        found = await tx.execute(
            text("""
                SELECT on_day, balance_before, balance_after
                  FROM ledger_day_balances(CAST(:uids AS uuid[]), CAST(:since AS date[]),
                                           :upto, 2, 4)
                 ORDER BY on_day
            """),
            {"uids": [books.customer], "since": [days[0]], "upto": days[3]},
        )
        assert [tuple(row) for row in found] == [
            (days[0], 1, 101),
            (days[1], 11, 111),
            (days[2], 11, 111),
            (days[3], 11, 1_111),
        ]


async def test_a_cut_off_takes_in_what_is_settled_piece_by_piece(
    own: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting_off, "EXTENDED_TRANSACTIONS_MAX", 2)
    extend_days = ledger.extend_days
    monkeypatch.setattr(cutting_off, "extend_days", lambda tx: extend_days(tx, transactions_max=2))
    async with own.write() as tx:
        for _ in range(3):
            await books.pay_in(tx, 1, at=MIDNIGHT - timedelta(hours=1))
    async with own.write() as tx:
        assert await ledger.cut_off(tx, day=DAY, cursor=None, at=AFTER) == runs.Progress(
            items=2, cursor="extending"
        )
        assert await ledger.cut_off_of(tx, DAY) is None
        assert await ledger.cut_off(tx, day=DAY, cursor="extending", at=AFTER) == runs.Progress(
            items=1, cursor=None
        )
        assert await ledger.cut_off_of(tx, DAY) is not None


async def test_a_day_that_is_not_over_is_not_cut_off(own: Database) -> None:
    async with own.write() as tx:
        with pytest.raises(runs.DayNotOver):
            await ledger.cut_off(tx, day=DAY, cursor=None, at=MIDNIGHT - timedelta(microseconds=1))


async def test_what_does_not_balance_is_not_cut_off(
    own: Database, books: Books, urls: Urls
) -> None:
    async with own.write() as tx:
        await books.pay_in(tx, 100, at=MIDNIGHT - timedelta(hours=1))
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE ledger_account SET credits_posted = 99 WHERE credits_posted = 100")
    async with own.write() as tx:
        with pytest.raises(ledger.ControlTotalsDiffer, match="CNY/2"):
            async with tx.begin_nested():
                await cut(tx)


async def test_control_totals_are_kept_and_a_cut_off_stays_where_it_is(
    own: Database, books: Books
) -> None:
    async with own.write() as tx:
        await books.pay_in(tx, 100, at=MIDNIGHT - timedelta(hours=1))
        await books.pay_in(tx, 1_000, at=MIDNIGHT)
    async with own.write() as tx:
        await cut(tx)
        totals = await tx.execute(text("SELECT debits, credits FROM ledger_cut_off_total"))
        assert [tuple(map(int, row)) for row in totals] == [(100, 100)]
    for statement in (
        "UPDATE ledger_cut_off SET through_sequence = 0",
        "DELETE FROM ledger_cut_off_total",
        "TRUNCATE ledger_cut_off CASCADE",
        "INSERT INTO ledger_cut_off_total SELECT day, 2, 1, 2 FROM ledger_cut_off",
    ):
        with pytest.raises(DBAPIError):
            async with own.write() as tx:
                await tx.execute(text(statement))
