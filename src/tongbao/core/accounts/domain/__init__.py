"""Deposit accounts and what is on them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NewType
from uuid import UUID

from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.ledger.service import AccountId as LedgerAccountId
from tongbao.core.parties.service import PartyId
from tongbao.kernel.money import Money

DepositAccountId = NewType("DepositAccountId", UUID)


class DepositAccountStatus(StrEnum):
    """Open ones pay and receive, frozen ones wait, dormant ones receive, closed ones are over."""

    OPEN = "open"
    FROZEN = "frozen"  # a restraint stops debits and credits
    DORMANT = "dormant"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DepositAccount:
    """An account that a party holds with us, in one currency; a wallet's pocket is one too.

    The pockets of a wallet share its number. Only a person's CNY account has a class.
    """

    id: DepositAccountId
    number: str
    party_id: PartyId
    product: Product
    currency: str
    ledger_account_id: LedgerAccountId
    status: DepositAccountStatus
    opened_at: datetime
    account_class: AccountClass | None = None
    dormant_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What is booked, what the holder may spend now, and what restraints keep of it."""

    account_id: DepositAccountId
    booked: Money
    available: Money
    restrained: Money


@dataclass(frozen=True, slots=True)
class Counterparty:
    """The account on the other side of an entry, if it is a customer's."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One movement as the holder sees it: a credit is money in, a debit is money out."""

    transaction_id: UUID
    sequence: int
    type: str
    direction: Literal["debit", "credit"]
    amount: Money
    balance_after: Money | None
    booked_at: datetime
    effective_on: date
    reference: str | None
    counterparty: Counterparty | None
