"""Derived totals: who may write them, and how far they may go."""

import psycopg
import pytest

from tests.unit.core.ledger.conftest import AT, make_books
from tongbao.core.ledger import domain
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain.history import UnclearMoment
from tongbao.core.ledger.service import AccountId
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id

TABLES = [
    "ledger_day",
    "ledger_category_day",
    "ledger_hour",
    "ledger_hour_span",
    "ledger_day_progress",
]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO {} SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}"],
)
async def test_the_application_cannot_write_a_total(
    app_url: str, table: str, statement: str
) -> None:
    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.replace("{}", table).encode())


def test_an_extension_needs_a_new_snapshot_for_each_statement(app_url: str) -> None:
    with psycopg.connect(app_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            connection.execute("SELECT ledger_extend_days(10)")


async def extend_all(database: Database) -> None:
    extended = 1
    while extended:
        async with database.write() as tx:
            extended = await ledger.extend_days(tx)


async def through(database: Database) -> int:
    async with database.read() as tx:
        connection = await tx.connection()
        found = await connection.exec_driver_sql("SELECT ledger_days_through()")
        return int(found.scalar_one())


async def test_a_booking_that_has_not_ended_holds_the_totals_back(database: Database) -> None:
    async with database.write() as tx:
        await make_books(tx)  # declares the currency, for which others would wait
    await extend_all(database)
    before = await through(database)
    async with database.write() as slow:
        books = await make_books(slow)
        async with database.write() as quick:
            await make_books(quick)
        await extend_all(database)
        assert await through(database) == before
    await extend_all(database)
    assert await through(database) >= before + 2
    async with database.read() as tx:
        on = business_date(AT)
        assert await ledger.balance_at(tx, books.ada.id, effective_on=on) == 10_000


async def test_two_extensions_at_once_take_each_posting_once(database: Database) -> None:
    async with database.write() as tx:
        await make_books(tx)
    async with database.write() as one:
        assert await ledger.extend_days(one) > 0
        async with database.write() as other:
            assert await ledger.extend_days(other) == 0
    async with database.read() as tx:
        assert await ledger.verify(tx) == []


async def test_a_moment_is_one_moment(tx: WriteSession) -> None:
    account = AccountId(new_id())
    with pytest.raises(UnclearMoment):
        await ledger.balance_at(tx, account)
    with pytest.raises(UnclearMoment):
        await ledger.balance_at(tx, account, booked_by=AT, effective_on=business_date(AT))
    with pytest.raises(domain.AccountNotFound):
        await ledger.balance_at(tx, account, booked_by=AT)


async def test_an_account_without_postings_held_nothing(tx: WriteSession) -> None:
    opened = await ledger.open_account(tx, asset="CNY", category=ledger.Category.LIABILITY, at=AT)
    assert await ledger.balance_at(tx, opened.id, booked_by=AT) == 0
    assert await ledger.balance_at(tx, opened.id, effective_on=business_date(AT)) == 0
