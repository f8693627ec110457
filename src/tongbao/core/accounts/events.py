"""What happened to accounts."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class AccountOpened(Event):
    """A party holds a new account, or a wallet a new pocket."""

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
    """An account has another status; `by` None: time did it. Why is kept with the account."""

    type: ClassVar[str] = "accounts.account_status_changed"

    account_id: UUID
    party_id: UUID
    status: str
    by: UUID | None

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountRestrained(Event):
    """A restraint stands on an account; `authority` None: the law forbids saying."""

    type: ClassVar[str] = "accounts.account_restrained"

    account_id: UUID
    party_id: UUID
    restraint_id: UUID
    stop: str
    amount: MoneyField | None
    authority: str | None
    from_at: datetime
    until_at: datetime | None

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class RestraintExtended(Event):
    """A restraint binds longer."""

    type: ClassVar[str] = "accounts.restraint_extended"

    account_id: UUID
    party_id: UUID
    restraint_id: UUID
    until_at: datetime

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class RestraintEnded(Event):
    """A restraint was released, has expired, or was executed in full."""

    type: ClassVar[str] = "accounts.restraint_ended"

    account_id: UUID
    party_id: UUID
    restraint_id: UUID
    ending: str

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AmountDeducted(Event):
    """An amount was deducted by an order; `left` is what the order still keeps."""

    type: ClassVar[str] = "accounts.amount_deducted"

    account_id: UUID
    party_id: UUID
    restraint_id: UUID
    amount: MoneyField
    left: MoneyField | None
    transaction_id: UUID

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class DormancyApproaching(Event):
    """An account falls asleep on that day unless its holder moves something on it."""

    type: ClassVar[str] = "accounts.dormancy_approaching"

    account_id: UUID
    party_id: UUID
    dormant_on: date

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountFellAsleep(Event):
    """An account was not used for long: it receives, and pays nothing until awakened."""

    type: ClassVar[str] = "accounts.account_fell_asleep"

    account_id: UUID
    party_id: UUID
    last_moved_on: date

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountAwakened(Event):
    """The holder awakened a dormant account."""

    type: ClassVar[str] = "accounts.account_awakened"

    account_id: UUID
    party_id: UUID
    by: UUID

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountClosed(Event):
    """An account was closed with its interest paid; `paid_out` went to `to_account_id`."""

    type: ClassVar[str] = "accounts.account_closed"

    account_id: UUID
    party_id: UUID
    interest: MoneyField
    paid_out: MoneyField
    to_account_id: UUID | None
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
