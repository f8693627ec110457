"""Financial reports: for any day, per asset, and they balance."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tests.unit.core.ledger.conftest import AT
from tongbao.core.ledger import domain
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import reports as rules
from tongbao.core.ledger.domain.reports import DatesOutOfOrder
from tongbao.core.ledger.service import (
    Account,
    Category,
    NewPosting,
    NewTransaction,
    TransactionId,
)
from tongbao.core.ledger.service import reports as service
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Quantity

TODAY = business_date(AT)


@dataclass(frozen=True)
class Chart:
    """A small bank that counts in a unit of its own, so that other tests do not disturb it."""

    asset: str
    cash: Account
    deposits: Account
    capital: Account
    fees: Account
    rent: Account


async def open_chart(tx: WriteSession) -> Chart:
    symbol = f"T{new_id().hex[-10:].upper()}"
    await ledger.declare_asset(tx, symbol=symbol, scale=2)

    async def internal(code: str, category: Category) -> Account:
        return await ledger.internal_account(
            tx, code=f"{code}.{symbol}", asset=symbol, category=category, name=code, at=AT
        )

    return Chart(
        asset=f"{symbol}/2",
        cash=await internal("1001", Category.ASSET),
        deposits=await ledger.open_account(
            tx, asset=symbol, category=Category.LIABILITY, overdraft=None, at=AT
        ),
        capital=await internal("4001", Category.EQUITY),
        fees=await internal("6021", Category.INCOME),
        rent=await internal("6602", Category.EXPENSE),
    )


async def book(
    tx: WriteSession, chart: Chart, debit: Account, credit: Account, units: int, on: date
) -> None:
    symbol = chart.asset.partition("/")[0]
    new = NewTransaction(
        TransactionId(new_id()),
        "test",
        (NewPosting(debit.id, credit.id, Quantity(units, symbol, 2)),),
        effective_on=on,
    )
    (result,) = await ledger.post(tx, [new], at=AT)
    result.raise_for_refusal()


@pytest.fixture
async def chart(tx: WriteSession) -> Chart:
    made = await open_chart(tx)
    last_year = date(TODAY.year - 1, 12, 31)
    await book(tx, made, made.cash, made.capital, 100_000, last_year)
    await book(tx, made, made.cash, made.fees, 700, last_year)
    await book(tx, made, made.cash, made.deposits, 5_000, TODAY - timedelta(days=2))
    await book(tx, made, made.cash, made.fees, 900, TODAY - timedelta(days=1))
    await book(tx, made, made.rent, made.cash, 250, TODAY)
    return made


async def test_a_trial_balance_lists_accounts_with_a_code_and_sums_up_the_others(
    tx: WriteSession, chart: Chart
) -> None:
    (report,) = await service.trial_balance(tx, on=TODAY, asset=chart.asset)
    assert [(line.name, line.moved.debits, line.moved.credits) for line in report.books.lines] == [
        ("1001", 106_600, 250),
        ("", 0, 5_000),
        ("4001", 0, 100_000),
        ("6021", 0, 1_600),
        ("6602", 250, 0),
    ]
    assert report.total == rules.Movement(106_850, 106_850)
    assert report.difference == 0


async def test_an_account_beyond_the_listed_ones_is_in_the_rest(
    tx: WriteSession, chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LINES_MAX", 1)
    (report,) = await service.trial_balance(tx, on=TODAY, asset=chart.asset)
    assert [line.name for line in report.books.lines] == ["1001", "", "", "", ""]
    assert report.total == rules.Movement(106_850, 106_850)


async def test_a_balance_sheet_balances_on_every_day(tx: WriteSession, chart: Chart) -> None:
    (sheet,) = await service.balance_sheet(tx, on=TODAY - timedelta(days=1), asset=chart.asset)
    assert (sheet.assets, sheet.liabilities, sheet.equity) == (106_600, 5_000, 100_000)
    assert sheet.earnings == 1_600
    assert sheet.difference == 0
    assert await service.balance_sheet(tx, on=date(2000, 1, 1), asset=chart.asset) == []


async def test_an_income_statement_is_of_a_span_of_days(tx: WriteSession, chart: Chart) -> None:
    (year,) = await service.income_statement(tx, on=TODAY, asset=chart.asset)
    assert (year.income, year.expense, year.profit) == (900, 250, 650)
    (both,) = await service.income_statement(
        tx, first_on=date(TODAY.year - 1, 1, 1), on=TODAY, asset=chart.asset
    )
    assert both.profit == 1_350
    with pytest.raises(DatesOutOfOrder):
        await service.income_statement(tx, first_on=TODAY + timedelta(days=1), on=TODAY)


async def test_memorandum_against_the_books_shows_as_the_difference(
    tx: WriteSession, chart: Chart
) -> None:
    guarantees = await ledger.open_account(
        tx, asset=chart.asset, category=Category.MEMORANDUM, overdraft=None, at=AT
    )
    await book(tx, chart, chart.cash, guarantees, 33, TODAY)
    (sheet,) = await service.balance_sheet(tx, on=TODAY, asset=chart.asset)
    assert sheet.difference == 33
    (trial,) = await service.trial_balance(tx, on=TODAY, asset=chart.asset)
    assert trial.difference == 0


async def test_without_an_asset_every_one_that_moved_is_reported(
    tx: WriteSession, chart: Chart
) -> None:
    found = await service.trial_balance(tx, on=TODAY)
    assert chart.asset in {report.books.asset.code for report in found}
    assert {report.difference for report in found} == {0}
    with pytest.raises(domain.UnknownAsset):
        await service.trial_balance(tx, on=TODAY, asset="NONE")


DAYS = [TODAY - timedelta(days=age) for age in range(5)]


async def everything(database: Database, asset: str) -> list[object]:
    """Return every report of the last days; each balances, and agrees with its accounts."""
    shown: list[object] = []
    async with database.read() as tx:
        for on in DAYS:
            trials = await service.trial_balance(tx, on=on, asset=asset)
            sheets = await service.balance_sheet(tx, on=on, asset=asset)
            shown += [*trials, *sheets]
            shown += await service.income_statement(tx, first_on=DAYS[-1], on=on, asset=asset)
            assert {sheet.difference for sheet in sheets} <= {0}
            for line in (line for trial in trials for line in trial.books.lines):
                if line.account_id is not None:
                    balance = await ledger.balance_at(tx, line.account_id, effective_on=on)
                    assert balance == line.balance
    return shown


async def test_reports_are_the_same_before_and_after_the_days_are_extended(
    database: Database,
) -> None:
    chance = random.Random(7)
    async with database.write() as tx:
        chart = await open_chart(tx)
    accounts = [chart.cash, chart.deposits, chart.capital, chart.fees, chart.rent]
    for _ in range(3):
        async with database.write() as tx:
            for _ in range(10):
                debit, credit = chance.sample(accounts, 2)
                units = chance.randint(1, 9_999)
                await book(tx, chart, debit, credit, units, chance.choice(DAYS))
        before = await everything(database, chart.asset)
        assert len(before) >= 3
        extended = 3
        while extended:
            async with database.write() as tx:
                extended = await ledger.extend_days(tx, transactions_max=3)
            assert await everything(database, chart.asset) == before


def test_a_broken_ledger_would_show() -> None:
    """The figures that must be zero can be something else."""
    asset = domain.Asset("CNY/2", "CNY", 2)
    books = rules.Books(asset, {Category.ASSET: rules.Movement(debits=5)}, ())
    assert rules.TrialBalance(TODAY, books).difference == 5
    assert rules.BalanceSheet(TODAY, books).difference == 5


async def test_back_dating_changes_the_report_of_a_past_day(tx: WriteSession, chart: Chart) -> None:
    on = TODAY - timedelta(days=5)
    assert (await service.balance_sheet(tx, on=on, asset=chart.asset))[0].assets == 100_700
    await book(tx, chart, chart.cash, chart.deposits, 1, on)
    assert (await service.balance_sheet(tx, on=on, asset=chart.asset))[0].assets == 100_701
