"""Statements on a real ledger: what they comprise, that they add up, in every form."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from tests.support.statements import (
    Bookkeeper,
    Move,
    Reversal,
    day,
    framed,
    joined,
    lines_of,
    noon,
    read_camt,
    read_csv,
)
from tongbao.core.ledger import service as ledger
from tongbao.core.statements import service as statements
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.runs import DayNotOver
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = noon("2025-12-01")


@pytest.fixture
async def keeper(database: Database) -> Bookkeeper:
    return await Bookkeeper(database).begin()


async def test_a_statement_comprises_the_days_as_booked_both_included(
    database: Database, keeper: Bookkeeper
) -> None:
    account, shop = await keeper.open(), await keeper.open("杭州云帆贸易有限公司")
    # The last moment of September and the first of November in Shanghai, and what lies between.
    await keeper.book(
        Move(account, 100_00), at=noon("2025-09-30") + timedelta(hours=12, seconds=-1)
    )
    await keeper.book(Move(account, 20_00), at=noon("2025-09-30") + timedelta(hours=12))
    await keeper.book(Move(account, -5_50, shop, reference="货款"), at=noon("2025-10-15"))
    await keeper.book(Move(account, 1_00), at=noon("2025-10-31") + timedelta(hours=12))
    made = await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    assert (made.opening, made.closing) == (Money(100_00, "CNY"), Money(114_50, "CNY"))
    assert (made.credits, made.debits) == (Money(20_00, "CNY"), Money(5_50, "CNY"))
    first, second = await lines_of(database, made)
    assert (first.number, first.direction, first.booked_on) == (1, "credit", day("2025-10-01"))
    assert first.counterparty_name is None
    assert (second.signed, second.balance_after) == (Money(-5_50, "CNY"), made.closing)
    assert second.counterparty_name == "杭州云帆贸易有限公司"
    assert second.counterparty_number == f"990001{'*' * 9}{shop.number[-4:]}"
    assert second.reference == "货款"


async def test_a_payment_in_between_tears_nothing(database: Database, keeper: Bookkeeper) -> None:
    account = await keeper.open()
    await keeper.book(*[Move(account, 1_00) for _ in range(30)], at=noon("2025-11-30"))
    made = await framed(database, account, day("2025-11-01"), day("2025-12-01"), at=AT)
    await keeper.book(Move(account, 500_00), at=noon("2025-11-30", seconds=1))
    assert len(await lines_of(database, made)) == 30
    table = read_csv(await joined(statements.table(database, made, language="zh")), "CNY")
    assert (table.closing, len(table.moves), table.adds_up) == (30_00, 30, True)
    again = await framed(database, account, day("2025-11-01"), day("2025-12-01"), at=AT)
    assert again.closing == Money(530_00, "CNY")


async def test_an_account_without_movements_has_a_statement(
    database: Database, keeper: Bookkeeper
) -> None:
    account = await keeper.open()
    made = await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    assert (made.opening, made.closing) == (Money.zero("CNY"), Money.zero("CNY"))
    table = read_csv(await joined(statements.table(database, made, language="en")), "CNY")
    assert (table.moves, table.adds_up) == ([], True)
    message = await statements.message(database, made, page=1)
    assert read_camt([message], "CNY").adds_up


async def test_pages_of_camt_each_add_up(
    database: Database, keeper: Bookkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.core.statements.service.messages.ENTRIES_A_PAGE", 7)
    monkeypatch.setattr("tongbao.core.statements.service.making.STEP", 3)
    account = await keeper.open()
    await keeper.book(*[Move(account, n) for n in range(1, 17)], at=noon("2025-10-02"))
    made = await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    assert statements.pages_of(made) == 3
    pages = [await statements.message(database, made, page=n) for n in (1, 2, 3)]
    read = read_camt(pages, "CNY")
    assert read.adds_up
    assert read.moves == list(range(1, 17))
    assert b"INTM" in pages[0]
    assert b"CLAV" not in pages[1]
    assert b"CLAV" in pages[2]
    with pytest.raises(statements.PageMissing, match="3 pages"):
        await statements.message(database, made, page=4)


async def test_a_reversal_says_so(database: Database, keeper: Bookkeeper) -> None:
    account = await keeper.open()
    (booked,) = await keeper.book(Move(account, 9_99), at=noon("2025-10-02"))
    await keeper.book(Reversal(booked), at=noon("2025-10-03"))
    made = await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    back = (await lines_of(database, made))[-1]
    assert (back.reversal, back.signed) == (True, Money(-9_99, "CNY"))
    assert b"<RvslInd>true</RvslInd>" in await statements.message(database, made, page=1)
    assert "冲正扣回" in await joined(statements.table(database, made, language="zh"))


async def test_what_is_held_is_not_available(database: Database, keeper: Bookkeeper) -> None:
    account = await keeper.open()
    await keeper.book(Move(account, 100_00), at=noon("2025-10-02"))
    held = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type="payments.transfer",
        kind=ledger.TransactionKind.PENDING,
        postings=(ledger.NewPosting(account.ledger_account_id, keeper.cash, Money(30_00, "CNY")),),
    )
    async with database.write() as tx:
        for result in await ledger.post(tx, [held], at=noon("2025-10-03")):
            result.raise_for_refusal()
    async with database.write() as tx:
        released = ledger.void(transaction_id=ledger.TransactionId(new_id()), pending_id=held.id)
        for result in await ledger.post(tx, [released], at=noon("2025-11-03")):
            result.raise_for_refusal()
    october = await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    assert (october.closing, october.available) == (Money(100_00, "CNY"), Money(70_00, "CNY"))
    november = await framed(database, account, day("2025-11-01"), day("2025-11-30"), at=AT)
    assert november.available == Money(100_00, "CNY")


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2025-10-31", "2025-10-01", statements.PeriodUpsideDown),
        ("2025-11-01", "2025-12-02", statements.DayInFuture),
        ("2020-01-01", "2025-10-01", statements.PeriodTooLong),
    ],
)
def test_a_period_must_make_sense(first: str, last: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        statements.Period.asked(day(first), day(last), at=AT)


@pytest.fixture
async def alone(fresh_database: Callable[..., Urls]) -> AsyncIterator[tuple[Database, str]]:
    """A database of one's own, to do wrong to, and its owner's address."""
    urls = fresh_database()
    opened = Database.connect(urls.app, role=APP_ROLE)
    yield opened, urls.owner
    await opened.close()


async def test_what_does_not_add_up_is_refused_and_logged(alone: tuple[Database, str]) -> None:
    database, owner_url = alone
    keeper = await Bookkeeper(database).begin()
    account = await keeper.open()
    await keeper.book(Move(account, 10_00), Move(account, 5_00), at=noon("2025-10-02"))
    with psycopg.connect(owner_url, autocommit=True) as owner:
        # Around the ledger, as only the owner of the machine could.
        owner.execute("SET session_replication_role = replica")
        changed = owner.execute(
            "UPDATE ledger_posting p SET amount = 11_00 FROM ledger_account a"
            " WHERE a.uid = %s AND p.credit_account_id = a.id AND p.credit_version = 1",
            (account.ledger_account_id,),
        )
        assert changed.rowcount == 1
    with capture_logs() as logs, pytest.raises(statements.StatementBroken):
        await framed(database, account, day("2025-10-01"), day("2025-10-31"), at=AT)
    (logged,) = logs
    assert (logged["event"], logged["log_level"]) == ("statement_does_not_add_up", "error")
    assert logged["account_id"] == str(account.id)
    assert "opening and movements" in logged["why"]


class TestMonths:
    async def close(self, database: Database, on: date) -> None:
        """Run the step to its end, in pieces."""
        cursor: str | None = None
        while True:
            async with database.write() as tx:
                done = await statements.close_month(tx, day=on, cursor=cursor, at=AT)
            cursor = done.cursor
            if cursor is None:
                return

    async def test_a_month_is_what_statements_say(
        self, database: Database, keeper: Bookkeeper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tongbao.core.statements.service.closing.PIECE", 2)
        account, other = await keeper.open(), await keeper.open()
        late = await keeper.open(at=noon("2025-11-15"))
        await keeper.book(Move(account, 100_00), Move(other, 7), at=noon("2025-09-15"))
        await keeper.book(Move(account, -30_00, other), at=noon("2025-10-15"))
        await keeper.book(Move(account, 2_00), at=noon("2025-11-15"))
        await self.close(database, day("2025-10-31"))
        await self.close(database, day("2025-11-30"))
        await self.close(database, day("2025-11-29"))  # no month ends: nothing to do
        async with database.read() as tx:
            page = await statements.months(tx, account, after=None, limit=5)
            assert (await statements.months(tx, late, after=None, limit=5)).items == [
                statements.Month(day("2025-11-01"), *(Money.zero("CNY"),) * 4)
            ]
        november, october = page.items
        assert october == statements.Month(
            day("2025-10-01"),
            opening=Money(100_00, "CNY"),
            credits=Money(0, "CNY"),
            debits=Money(30_00, "CNY"),
            closing=Money(70_00, "CNY"),
        )
        assert (november.opening, november.credits) == (october.closing, Money(2_00, "CNY"))
        made = await framed(database, account, day("2025-10-01"), day("2025-11-30"), at=AT)
        assert (made.credits, made.debits) == (Money(2_00, "CNY"), Money(30_00, "CNY"))

    async def test_a_statement_that_contradicts_a_closed_month_is_refused(
        self, alone: tuple[Database, str]
    ) -> None:
        database, owner_url = alone
        keeper = await Bookkeeper(database).begin()
        account = await keeper.open()
        await keeper.book(Move(account, 100_00), at=noon("2025-09-15"))
        await self.close(database, day("2025-10-31"))
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute(
                "UPDATE statements_month SET opening = opening + 1, closing = closing + 1,"
                " credits_through = credits_through + 1 WHERE account_id = %s",
                (account.id,),
            )
        for first, last in (("2025-10-01", "2025-10-15"), ("2025-10-15", "2025-10-31")):
            with pytest.raises(statements.StatementBroken):
                await framed(database, account, day(first), day(last), at=AT)
        # Days that touch no end of that month are not held to it.
        await framed(database, account, day("2025-10-02"), day("2025-10-30"), at=AT)

    async def test_no_month_is_closed_while_its_last_bookings_are_committed(
        self, database: Database
    ) -> None:
        midnight = noon("2025-10-31") + timedelta(hours=12)
        for at in (midnight - timedelta(hours=1), midnight + timedelta(seconds=59)):
            async with database.write() as tx:
                with pytest.raises(DayNotOver):
                    await statements.close_month(tx, day=day("2025-10-31"), cursor=None, at=at)

    async def test_the_application_cannot_rewrite_a_month(self, database: Database) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.write() as tx:
                await tx.execute(text("UPDATE statements_month SET closing = 0"))
