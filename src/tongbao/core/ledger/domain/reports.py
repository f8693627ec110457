"""Financial reports of one asset: pure sums of what accounts moved, by effective date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tongbao.core.ledger.domain.errors import LedgerError
from tongbao.core.ledger.domain.nouns import AccountId, Asset, Category
from tongbao.kernel.errors import Kind
from tongbao.kernel.text import Text

LINES_MAX = 2_000
"""Accounts with a code that a report lists one by one; the rest of a category is one line."""


class DatesOutOfOrder(LedgerError):
    """A report's first day lies after its last."""

    code = "ledger.dates_out_of_order"
    kind = Kind.INVALID
    title = Text(zh="起始日期晚于截止日期", en="The first day lies after the last")


@dataclass(frozen=True, slots=True)
class Movement:
    """Sums of debits and credits, in minor units."""

    debits: int = 0
    credits: int = 0

    @property
    def net_debit(self) -> int:
        """Debits less credits."""
        return self.debits - self.credits

    def __add__(self, other: "Movement") -> "Movement":
        return Movement(self.debits + other.debits, self.credits + other.credits)

    def __sub__(self, other: "Movement") -> "Movement":
        return Movement(self.debits - other.debits, self.credits - other.credits)


NOTHING = Movement()


@dataclass(frozen=True, slots=True)
class Line:
    """An account with a code, or all others of the category (`account_id` None)."""

    category: Category
    account_id: AccountId | None
    code: str | None
    name: str
    moved: Movement

    @property
    def balance(self) -> int:
        """The balance, positive on the category's normal side."""
        return self.moved.net_debit if self.category.debit_normal else -self.moved.net_debit


@dataclass(frozen=True, slots=True)
class Books:
    """What one asset's accounts moved: a total per category, and its lines, which add up to it."""

    asset: Asset
    totals: Mapping[Category, Movement]
    lines: tuple[Line, ...]

    def total(self, category: Category) -> int:
        """Return the balance of a whole category, positive on its normal side."""
        net = self.totals.get(category, NOTHING).net_debit
        return net if category.debit_normal else -net

    def of(self, *categories: Category) -> tuple[Line, ...]:
        """Return the lines of the categories."""
        return tuple(line for line in self.lines if line.category in categories)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every line's debits and credits up to a day; both totals are equal."""

    on: date
    books: Books

    @property
    def total(self) -> Movement:
        """Sum over all categories."""
        return sum(self.books.totals.values(), start=NOTHING)

    @property
    def difference(self) -> int:
        """Debits less credits: 0, or the ledger is broken."""
        return self.total.net_debit


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What there is and whose it is at the end of a day.

    Income and expense accounts are not closed to equity: what was earned since the beginning
    stands as `earnings`.
    """

    on: date
    books: Books

    @property
    def assets(self) -> int:
        """What the bank has."""
        return self.books.total(Category.ASSET)

    @property
    def liabilities(self) -> int:
        """What the bank owes."""
        return self.books.total(Category.LIABILITY)

    @property
    def equity(self) -> int:
        """What the owners put in and kept."""
        return self.books.total(Category.EQUITY)

    @property
    def earnings(self) -> int:
        """Income less expense since the beginning."""
        return self.books.total(Category.INCOME) - self.books.total(Category.EXPENSE)

    @property
    def difference(self) -> int:
        """Assets less liabilities, equity and earnings.

        0 as long as memorandum accounts are posted among themselves only, as they should be; it
        is then what they lack.
        """
        return self.assets - self.liabilities - self.equity - self.earnings


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """What was earned and spent from `first_on` to `on`, both inclusive."""

    first_on: date
    on: date
    books: Books

    @property
    def income(self) -> int:
        """All that was earned."""
        return self.books.total(Category.INCOME)

    @property
    def expense(self) -> int:
        """All that it cost."""
        return self.books.total(Category.EXPENSE)

    @property
    def profit(self) -> int:
        """Income less expense."""
        return self.income - self.expense
