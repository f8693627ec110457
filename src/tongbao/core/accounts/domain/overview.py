"""All that somebody holds, at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tongbao.core.accounts.domain import AccountBalance, DepositAccount
from tongbao.kernel.money import Money
from tongbao.risk.limits.service import ReferenceRate


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """One account, what is on it, and its balance at the end of each of the latest days."""

    account: DepositAccount
    owner: str
    balance: AccountBalance
    trend: Sequence[tuple[date, Money]]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at one moment. `worth` is None where a rate for a currency is missing."""

    at: datetime
    items: Sequence[HeldAccount]
    totals: Sequence[Money]
    worth: Money | None
    rates: Sequence[ReferenceRate]
