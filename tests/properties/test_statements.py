"""Laws of statements: in every form, opening + movements = closing, and all forms say the same.

Against a list in memory: whatever moved on the days asked for, by booking, is in it, in order.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.statements import (
    Bookkeeper,
    Move,
    Reversal,
    framed,
    joined,
    lines_of,
    read_camt,
    read_csv,
)
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger.service import TransactionId
from tongbao.core.statements import service as statements
from tongbao.infra.db import Database
from tongbao.kernel.clock import BANK_ZONE, business_date

FIRST = date(2025, 9, 1)
DAYS = 75  # two month ends
AT = datetime.combine(FIRST + timedelta(days=DAYS), time(12), BANK_ZONE)


@dataclass(frozen=True)
class Step:
    """After so many hours something moves in, out (at most what is there), or back."""

    hours: int
    kind: str
    minor: int
    valued_days_before: int


@dataclass
class History:
    """An account and, in memory, what moved on it on which day of booking."""

    keeper: Bookkeeper
    account: DepositAccount
    reference: str
    at: datetime = field(default=datetime.combine(FIRST, time(0), BANK_ZONE))
    moved: list[tuple[date, int]] = field(default_factory=list)
    last: TransactionId | None = None

    @property
    def balance(self) -> int:
        return sum(minor for _, minor in self.moved)

    def moves(self, first: date, last: date) -> list[int]:
        return [minor for day, minor in self.moved if first <= day <= last]

    async def play(self, step: Step) -> None:
        self.at += timedelta(hours=step.hours)
        if step.kind == "back":
            await self._reverse()
            return
        minor = step.minor if step.kind == "in" else -min(step.minor, self.balance)
        if minor == 0:
            return
        valued = business_date(self.at) - timedelta(days=step.valued_days_before)
        move = Move(self.account, minor, reference=self.reference, effective_on=valued)
        (self.last,) = await self.keeper.book(move, at=self.at)
        self.moved.append((business_date(self.at), minor))

    async def _reverse(self) -> None:
        """Move back the last movement, if that leaves enough."""
        if self.last is None or self.balance - self.moved[-1][1] < 0:
            return
        await self.keeper.book(Reversal(self.last), at=self.at)
        self.moved.append((business_date(self.at), -self.moved[-1][1]))
        self.last = None


STEPS = st.lists(
    st.builds(
        Step,
        hours=st.integers(0, 60),  # often the same day
        kind=st.sampled_from(["in", "in", "out", "back"]),
        minor=st.integers(1, 10**9),
        valued_days_before=st.integers(0, 3),
    ),
    max_size=25,
)
SPANS = st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1)).map(sorted)
# What a reference may hold: anything but NUL and lone surrogates, which no database stores.
REFERENCES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200
)


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD"])
@given(steps=STEPS, span=SPANS, reference=REFERENCES)
async def test_every_form_adds_up_and_says_the_same(
    database: Database, currency: str, steps: list[Step], span: list[int], reference: str
) -> None:
    keeper = await Bookkeeper(database, currency=currency).begin()
    history = History(keeper, await keeper.open(), reference or "-")
    for step in steps:
        await history.play(step)
    first, last = (FIRST + timedelta(days=days) for days in span)
    made = await framed(database, history.account, first, last, at=AT)
    expected = history.moves(first, last)
    opening = sum(history.moves(FIRST, first - timedelta(days=1)))

    assert made.opening.minor == opening
    assert made.closing.minor == opening + sum(expected)
    assert made.credits.minor - made.debits.minor == sum(expected)
    lines = await lines_of(database, made)
    assert [line.signed.minor for line in lines] == expected
    assert [line.number for line in lines] == list(range(1, len(expected) + 1))

    table = read_csv(await joined(statements.table(database, made, language="zh")), currency)
    pages = [
        await statements.message(database, made, page=page)
        for page in range(1, statements.pages_of(made) + 1)
    ]
    message = read_camt(pages, currency)
    for form in (table, message):
        assert form.adds_up
        assert (form.opening, form.moves) == (opening, expected)


@given(steps=STEPS, cut=st.integers(1, DAYS - 2))
async def test_statements_of_neighbouring_days_fit_together(
    database: Database, steps: list[Step], cut: int
) -> None:
    keeper = await Bookkeeper(database).begin()
    history = History(keeper, await keeper.open(), "-")
    for step in steps:
        await history.play(step)
    middle, end = FIRST + timedelta(days=cut), FIRST + timedelta(days=DAYS - 1)
    before = await framed(database, history.account, FIRST, middle, at=AT)
    after = await framed(database, history.account, middle + timedelta(days=1), end, at=AT)
    whole = await framed(database, history.account, FIRST, end, at=AT)
    assert before.closing == after.opening
    assert (before.opening, after.closing) == (whole.opening, whole.closing)
    assert before.credits + after.credits == whole.credits
    assert before.debits + after.debits == whole.debits
    assert before.span.entries + after.span.entries == whole.span.entries


@given(steps=STEPS)
async def test_a_closed_month_is_its_statement(database: Database, steps: list[Step]) -> None:
    keeper = await Bookkeeper(database).begin()
    history = History(keeper, await keeper.open(), "-")
    for step in steps:
        await history.play(step)
    for end in (date(2025, 9, 30), date(2025, 10, 31)):
        cursor: str | None = None
        while True:
            async with database.write() as tx:
                done = await statements.close_month(tx, day=end, cursor=cursor, at=AT)
            cursor = done.cursor
            if cursor is None:
                break
    async with database.read() as tx:
        page = await statements.months(tx, history.account, after=None, limit=9)
    assert [month.month for month in page.items] == [date(2025, 10, 1), date(2025, 9, 1)]
    for month, end in zip(page.items, (date(2025, 10, 31), date(2025, 9, 30)), strict=True):
        made = await framed(database, history.account, month.month, end, at=AT)
        assert (month.opening, month.closing) == (made.opening, made.closing)
        assert (month.credits, month.debits) == (made.credits, made.debits)
