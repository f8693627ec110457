"""Deposit accounts and the numbers they carry."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, NewType
from uuid import UUID

from stdnum import luhn

from tongbao.core.ledger.service import AccountId as LedgerAccountId
from tongbao.core.parties.service import PartyId
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

DepositAccountId = NewType("DepositAccountId", UUID)

# Issuer numbers that begin with 9 are left to national standards bodies (ISO/IEC 7812-1), so no
# card or account of a real bank begins like this. A bank that runs Tongbao puts its own here.
BANK_PREFIX: Final = "990001"
NUMBER_LENGTH: Final = 19
SERIAL_DIGITS: Final = NUMBER_LENGTH - len(BANK_PREFIX) - 1
SERIAL_MAX: Final = 10**SERIAL_DIGITS - 1


class Product(StrEnum):
    """What sort of account it is."""

    CURRENT = "current"


class DepositAccountStatus(StrEnum):
    """Open accounts pay and receive; frozen ones wait; closed ones are history."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DepositAccount:
    """An account that a party holds with us, in one currency."""

    id: DepositAccountId
    number: str
    party_id: PartyId
    product: Product
    currency: str
    ledger_account_id: LedgerAccountId
    status: DepositAccountStatus
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What is booked, and what the holder may spend now."""

    account_id: DepositAccountId
    booked: Money
    available: Money


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
    direction: Literal["credit", "debit"]
    amount: Money
    balance_after: Money | None
    booked_at: datetime
    effective_on: date
    reference: str | None
    counterparty: Counterparty | None


class UnknownAccount(TongbaoError):
    """There is no such account, or none the caller may see."""

    code = "accounts.unknown_account"
    kind = Kind.NOT_FOUND
    title = Text(zh="账户不存在", en="Unknown account")
    detail = Text(zh="没有账户 {account}", en="There is no account {account}")


class AccountClosed(TongbaoError):
    """A closed account is history and stays so."""

    code = "accounts.account_closed"
    kind = Kind.REFUSED
    title = Text(zh="账户已销户", en="The account is closed")


class ReasonMissing(TongbaoError):
    """Whoever freezes, releases or closes an account says why."""

    code = "accounts.reason_missing"
    title = Text(zh="请说明理由", en="Please give a reason")


def account_number(serial: int, *, prefix: str = BANK_PREFIX) -> str:
    """Return the account number of a serial: prefix, serial, Luhn check digit (ISO/IEC 7812-1).

    `prefix` are digits; the number has 19. Different serials give different numbers.
    """
    digits = NUMBER_LENGTH - len(prefix) - 1
    assert prefix.isascii(), "a prefix is ASCII digits"
    assert prefix.isdigit(), "a prefix is ASCII digits"
    assert 1 <= serial < 10**digits, f"no number left for serial {serial}"
    payload = f"{prefix}{serial:0{digits}d}"
    return payload + luhn.calc_check_digit(payload)


def is_account_number(text: str) -> bool:
    """Tell whether `text` is 19 digits of which the last one checks the others."""
    return len(text) == NUMBER_LENGTH and text.isascii() and text.isdigit() and luhn.is_valid(text)
