"""Shapes of financial reports and of balances of the past."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tongbao.core.ledger.domain import Account, Category
from tongbao.core.ledger.domain.reports import (
    BalanceSheet,
    Books,
    IncomeStatement,
    Line,
    TrialBalance,
)
from tongbao.core.ledger.schemas.base import Shape

Zero = Annotated[str, Field(description="Zero unless the ledger is broken", examples=["0.00"])]


class BalanceAtOut(Shape):
    """An account's posted balance of the past."""

    account_id: UUID
    asset: str
    at: Annotated[datetime | None, Field(description="Booked up to this moment")]
    on: Annotated[date | None, Field(description="Effective up to the end of this day")]
    posted: Annotated[str, Field(examples=["12.50"])]

    @classmethod
    def of(
        cls, account: Account, units: int, *, at: datetime | None, on: date | None
    ) -> "BalanceAtOut":
        """Return the shape of a past balance."""
        text = account.asset.text(units)
        return cls(account_id=account.id, asset=account.asset.code, at=at, on=on, posted=text)


class LineOut(Shape):
    """An account with a code; or, without one, all others of the category together."""

    category: Category
    account_id: UUID | None
    code: str | None
    name: str
    debits: str
    credits: str
    balance: Annotated[str, Field(description="Positive on the category's normal side")]

    @classmethod
    def of(cls, line: Line, books: Books) -> "LineOut":
        """Return the shape of a line."""
        text = books.asset.text
        return cls(
            category=line.category,
            account_id=line.account_id,
            code=line.code,
            name=line.name,
            debits=text(line.moved.debits),
            credits=text(line.moved.credits),
            balance=text(line.balance),
        )


def _lines(books: Books) -> list[LineOut]:
    return [LineOut.of(line, books) for line in books.lines]


class TrialBalanceOut(Shape):
    """Debits and credits of one asset, of everything effective up to the end of a day."""

    on: date
    asset: str
    lines: list[LineOut]
    debits: str
    credits: str
    difference: Zero

    @classmethod
    def of(cls, report: TrialBalance) -> "TrialBalanceOut":
        """Return the shape of a trial balance."""
        text = report.books.asset.text
        return cls(
            on=report.on,
            asset=report.books.asset.code,
            lines=_lines(report.books),
            debits=text(report.total.debits),
            credits=text(report.total.credits),
            difference=text(report.difference),
        )


class BalanceSheetOut(Shape):
    """Assets, liabilities and equity of one asset at the end of a day.

    `difference` is assets - liabilities - equity - earnings.
    """

    on: date
    asset: str
    lines: list[LineOut]
    assets: str
    liabilities: str
    equity: str
    earnings: Annotated[str, Field(description="Income less expense since the beginning")]
    difference: Annotated[
        str, Field(description="Zero unless memorandum accounts are posted against the others")
    ]

    @classmethod
    def of(cls, report: BalanceSheet) -> "BalanceSheetOut":
        """Return the shape of a balance sheet."""
        text = report.books.asset.text
        return cls(
            on=report.on,
            asset=report.books.asset.code,
            lines=_lines(report.books),
            assets=text(report.assets),
            liabilities=text(report.liabilities),
            equity=text(report.equity),
            earnings=text(report.earnings),
            difference=text(report.difference),
        )


class IncomeStatementOut(Shape):
    """What was earned and spent in one asset, both days included."""

    first_on: date
    on: date
    asset: str
    lines: list[LineOut]
    income: str
    expense: str
    profit: str

    @classmethod
    def of(cls, report: IncomeStatement) -> "IncomeStatementOut":
        """Return the shape of an income statement."""
        text = report.books.asset.text
        return cls(
            first_on=report.first_on,
            on=report.on,
            asset=report.books.asset.code,
            lines=_lines(report.books),
            income=text(report.income),
            expense=text(report.expense),
            profit=text(report.profit),
        )
