"""The ledger's nouns; no database here.

A posting moves an amount > 0 of one asset from a debit account to a credit account, so double
entry holds by construction. A transaction is one or more postings, booked whole or not at all.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple, NewType
from uuid import UUID

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import CURRENCIES, Money, Quantity, format_minor
from tongbao.kernel.records import quickly_made

AccountId = NewType("AccountId", UUID)
TransactionId = NewType("TransactionId", UUID)

AMOUNT_MAX_MINOR = 9 * 10**14
"""Largest amount of one posting, in minor units (CNY: nine trillion yuan).

With it the sums of a whole batch stay within a signed 64-bit integer.
"""

BATCH_MAX = 10_000
POSTINGS_MAX = 100
POSTINGS_PER_BATCH_MAX = 10_000
METADATA_MAX = 20

_CURRENCY_CODES = {symbol: f"{symbol}/{scale}" for symbol, scale in CURRENCIES.items()}

Amount = Money | Quantity


class Category(StrEnum):
    """The class of an account in the chart of accounts (会计科目类别)."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMORANDUM = "memorandum"

    @property
    def debit_normal(self) -> bool:
        """Whether a debit raises the balance."""
        return self in {Category.ASSET, Category.EXPENSE, Category.MEMORANDUM}


class TransactionKind(StrEnum):
    """What a transaction does.

    posted: moves at once. pending: holds, until it is resolved once by a capture (moves all or
    part, releases the rest), a void or an expiry (release all). reversal: moves back all or part
    of a posted transaction or a capture.
    """

    POSTED = "posted"
    PENDING = "pending"
    CAPTURE = "capture"
    VOID = "void"
    EXPIRY = "expiry"
    REVERSAL = "reversal"

    @property
    def has_target(self) -> bool:
        """Whether it resolves or reverses another transaction."""
        return self is not TransactionKind.POSTED and self is not TransactionKind.PENDING


class AccountStatus(StrEnum):
    """Whether an account takes part in postings."""

    ACTIVE = "active"
    PART_FROZEN = "part_frozen"  # all but what is withheld moves
    DEBIT_FROZEN = "debit_frozen"
    CREDIT_FROZEN = "credit_frozen"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that can be counted: `code` is symbol/scale, such as `CNY/2`."""

    code: str
    symbol: str
    scale: int

    def text(self, units: int) -> str:
        """Return `units` of the smallest size as a decimal string."""
        return format_minor(units, self.scale)

    def amount(self, units: int) -> Amount:
        """Return `units` as money, or as a quantity where the asset is no currency."""
        if CURRENCIES.get(self.symbol) == self.scale:
            return Money(units, self.symbol)
        return Quantity(units, self.symbol, self.scale)

    def money(self, units: int) -> Money:
        """Return `units` as money; only for an asset that is a currency."""
        return Money(units, self.symbol)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it was opened."""

    id: AccountId
    asset: Asset
    category: Category
    code: str | None
    name: str
    overdraft: int | None
    status: AccountStatus
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds, in minor units; positive on the account's normal side.

    `pending_out` is what pending transactions would take, `pending_in` what they would bring;
    `available` is what may leave the account now (None: no limit). All of one snapshot.
    """

    account_id: AccountId
    asset: Asset
    posted: int
    pending_in: int
    pending_out: int
    available: int | None
    version: int
    overdraft: int | None = None
    withheld: int = 0
    """What may not leave, there or still to come; `available` is without it, and never below 0."""

    @property
    def room(self) -> int | None:
        """Return what could leave if nothing were withheld; None: no limit."""
        return None if self.overdraft is None else self.posted - self.pending_out + self.overdraft


@quickly_made
@dataclass(frozen=True, slots=True)
class NewPosting:
    """An amount to be moved from a debit to a credit account.

    `ordinal` is the place in the transaction, counted from 1 unless given; a capture or a reversal
    gives the ordinal of the posting it captures or reverses.
    """

    debit: AccountId
    credit: AccountId
    amount: Amount
    ordinal: int | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction to be booked.

    `id` is made by the client and is the idempotency key: the same id with the same content is
    booked once, with other content it is refused. `effective_on` None means the business date.
    `target` is what a capture, void, expiry or reversal is about; `service.capture` and its
    sisters build those.
    """

    id: TransactionId
    type: str
    postings: tuple[NewPosting, ...]
    effective_on: date | None = None
    reference: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    correlation_id: UUID | None = None
    kind: TransactionKind = TransactionKind.POSTED
    target: TransactionId | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        assert self.type.isprintable(), "a type is a word of ours, such as payments.transfer"
        assert self.kind.has_target == (self.target is not None), "a target where one belongs"
        assert self.expires_at is None or self.kind is TransactionKind.PENDING

    def content_hash(self) -> bytes:
        """Return 16 bytes that tell this content from any other with the same id.

        Stored for ever: the way it is computed never changes. One line a part; free text is JSON,
        which holds no line break.
        """
        effective = self.effective_on.isoformat() if self.effective_on else ""
        correlation = self.correlation_id.hex if self.correlation_id else ""
        described = ""
        if self.metadata:
            described = json.dumps([self.reference, sorted(self.metadata.items())])
        elif self.reference is not None:
            described = f"[{json.dumps(self.reference)}, []]"  # the same, in half the time
        text = f"{self.type}\n{effective}\n{correlation}\n{described}"
        if self.kind is not TransactionKind.POSTED:
            target = self.target.hex if self.target else ""
            expires = self.expires_at.astimezone(UTC).isoformat() if self.expires_at else ""
            text += f"\n{self.kind}\n{target}\n{expires}"
        for posting in self.postings:
            if posting.ordinal is not None:
                text += f"\n{posting.ordinal}"
            debit = posting.debit.int.to_bytes(16).hex()  # `UUID.hex`, in half the time
            credit = posting.credit.int.to_bytes(16).hex()
            amount = posting.amount
            text += f"\n{debit}\n{credit}\n{asset_code(amount)}\n{units(amount)}"
        return hashlib.blake2b(text.encode(), digest_size=16).digest()


class PostedPosting(NamedTuple):
    """Balances after one posting, where the account is limit-checked."""

    debit_balance: int | None
    credit_balance: int | None


class PostingResult(NamedTuple):
    """What became of one transaction of a batch."""

    transaction_id: TransactionId
    status: Literal["posted", "duplicate", "refused"]
    sequence: int | None = None
    postings: tuple[PostedPosting, ...] = ()
    error: TongbaoError | None = None

    def raise_for_refusal(self) -> None:
        """Raise the reason if the transaction was refused."""
        if self.error is not None:
            raise self.error


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting as booked, with its accounts' public ids."""

    ordinal: int
    debit: AccountId
    credit: AccountId
    asset: Asset
    amount: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction as booked.

    The postings of a pending one are its holds. `resolved_by` is the capture, void or expiry of a
    pending one, None while it holds.
    """

    id: TransactionId
    sequence: int
    kind: TransactionKind
    type: str
    effective_on: date
    booked_at: datetime
    reference: str | None
    metadata: Mapping[str, str]
    correlation_id: UUID | None
    postings: tuple[Posting, ...]
    target: TransactionId | None = None
    expires_at: datetime | None = None
    resolved_by: TransactionId | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting seen from one of its accounts."""

    transaction_id: TransactionId
    sequence: int
    ordinal: int
    type: str
    direction: Literal["debit", "credit"]
    amount: int
    counter_account_id: AccountId
    balance_after: int | None
    booked_at: datetime
    effective_on: date
    reference: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Period:
    """An accounting period [starts_on, ends_on); `closed_at` None while it is open.

    A day that no period covers is open.
    """

    starts_on: date
    ends_on: date
    closed_at: datetime | None


def asset_code(amount: Amount) -> str:
    """Return the code of the asset an amount is of, such as `CNY/2`."""
    if isinstance(amount, Money):
        return _CURRENCY_CODES[amount.currency]
    return f"{amount.asset}/{amount.scale}"


def asset_of(amount: Amount) -> Asset:
    """Return the asset an amount is of."""
    code = asset_code(amount)
    return Asset(code=code, symbol=code.rpartition("/")[0], scale=amount.scale)


def units(amount: Amount) -> int:
    """Return how many of the asset's smallest units an amount is."""
    return amount.minor if isinstance(amount, Money) else amount.units
