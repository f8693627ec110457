"""A statement: what an account held, what moved, and that the one follows from the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger.service import Span
from tongbao.core.statements.domain.periods import Period
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """One movement as it is printed; the counterparty's number is masked already."""

    number: int
    transaction_id: UUID
    type: str
    reversal: bool
    direction: Literal["debit", "credit"]
    amount: Money
    balance_after: Money
    booked_at: datetime
    value_on: date
    counterparty_name: str | None
    counterparty_number: str | None
    reference: str | None

    @property
    def booked_on(self) -> date:
        """The business day it was booked on (记账日)."""
        return business_date(self.booked_at)

    @property
    def signed(self) -> Money:
        """The amount, negative where money went out."""
        return self.amount if self.direction == "credit" else -self.amount


@dataclass(frozen=True, slots=True)
class Month:
    """What the month-end close found: the totals of one month by booking."""

    month: date
    opening: Money
    credits: Money
    debits: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """The frame of a statement; its lines are read by `span`, and always the same ones.

    `made_at` is the moment it speaks of where the period is not over.
    """

    account: DepositAccount
    holder: str
    period: Period
    span: Span
    made_at: datetime

    def _money(self, minor: int) -> Money:
        return Money(minor, self.account.currency)

    @property
    def opening(self) -> Money:
        """What was there when the period began."""
        return self._money(self.span.opening)

    @property
    def credits(self) -> Money:
        """What came in."""
        return self._money(self.span.credits)

    @property
    def debits(self) -> Money:
        """What went out."""
        return self._money(self.span.debits)

    @property
    def closing(self) -> Money:
        """What was there when it ended."""
        return self._money(self.span.closing)

    @property
    def available(self) -> Money:
        """What of it was not held by pending payments."""
        return self._money(self.span.closing - self.span.held)


def disagreement(span: Span, period: Period, months: Sequence[Month]) -> str | None:
    """Return in which way a statement does not add up, for the log; None: it does.

    Three looks at the same money: the totals of the postings, the balance each posting carries
    with the one before, and the months as they were closed from the account's counters.
    """
    if span.opening + span.credits - span.debits != span.closing:
        return "opening and movements do not give the closing balance"
    if span.broken:
        return f"{span.broken} movements do not follow from the ones before"
    if span.debit_entries + span.credit_entries != span.entries:
        return "there are not as many movements as versions"
    return _against_months(span, period, {each.month: each for each in months})


def _against_months(span: Span, period: Period, closed: dict[date, Month]) -> str | None:
    known = [closed.get(month) for month in period.months()]
    first, last = known[0], known[-1]
    if period.begins_month and first is not None and first.opening.minor != span.opening:
        return f"the opening balance is not that of the closed month {first.month}"
    if period.ends_month and last is not None and last.closing.minor != span.closing:
        return f"the closing balance is not that of the closed month {last.month}"
    if not (period.begins_month and period.ends_month):
        return None
    whole = [each for each in known if each is not None]
    if len(whole) == len(known):
        moved = (sum(m.credits.minor for m in whole), sum(m.debits.minor for m in whole))
        if moved != (span.credits, span.debits):
            return "the movements are not those of the closed months"
    return None
