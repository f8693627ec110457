"""What happened to accounts."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class AccountOpened(Event):
    """A party holds a new account."""

    type: ClassVar[str] = "accounts.account_opened"

    account_id: UUID
    party_id: UUID
    product: str
    currency: str

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountStatusChanged(Event):
    """An account was frozen, released or closed; the reason is kept with the account."""

    type: ClassVar[str] = "accounts.account_status_changed"

    account_id: UUID
    party_id: UUID
    status: str
    by: UUID

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class RatesSet(Event):
    """A product earns by other rates from a day on."""

    type: ClassVar[str] = "accounts.rates_set"

    product: str
    currency: str
    valid_from: date
    set_by: UUID

    @property
    def subject(self) -> str:
        """Return the product and the currency."""
        return f"{self.product}.{self.currency}"


class InterestCredited(Event):
    """Interest was credited to many accounts at once; each has an entry on its statement."""

    type: ClassVar[str] = "accounts.interest_credited"

    day: date
    value_date: date
    accounts: int
    amount: MoneyField

    @property
    def subject(self) -> str:
        """Return the day it fell due and the currency."""
        return f"{self.day} {self.amount.currency}"
