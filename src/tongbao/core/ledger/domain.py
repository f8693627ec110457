"""The ledger's nouns and refusals; no database here.

A posting moves an amount > 0 of one asset from a debit account to a credit account, so double
entry holds by construction. A transaction is one or more postings, booked whole or not at all.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money, Quantity, format_minor
from tongbao.kernel.text import Text

AccountId = NewType("AccountId", UUID)
TransactionId = NewType("TransactionId", UUID)

AMOUNT_MAX_MINOR = 10**15 - 1
"""Largest amount of one posting, in minor units (CNY: just under ten trillion yuan)."""

BATCH_MAX = 1_000
POSTINGS_MAX = 100
POSTINGS_PER_BATCH_MAX = 10_000
METADATA_MAX = 20

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


class AccountStatus(StrEnum):
    """Whether an account takes part in postings."""

    ACTIVE = "active"
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


@dataclass(frozen=True, slots=True)
class NewPosting:
    """An amount to be moved from a debit to a credit account."""

    debit: AccountId
    credit: AccountId
    amount: Amount


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction to be booked.

    `id` is made by the client and is the idempotency key: the same id with the same content is
    booked once, with other content it is refused. `effective_on` None means the business date.
    """

    id: TransactionId
    type: str
    postings: tuple[NewPosting, ...]
    effective_on: date | None = None
    reference: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    correlation_id: UUID | None = None

    def __post_init__(self) -> None:
        assert self.type.isprintable(), "a type is a word of ours, such as payments.transfer"

    def content_hash(self) -> bytes:
        """Return 16 bytes that tell this content from any other with the same id.

        Stored for ever: the way it is computed never changes. One line a part; free text is JSON,
        which holds no line break.
        """
        parts = [
            self.type,
            self.effective_on.isoformat() if self.effective_on else "",
            self.correlation_id.hex if self.correlation_id else "",
            json.dumps([self.reference, sorted(self.metadata.items())])
            if self.reference is not None or self.metadata
            else "",
        ]
        for posting in self.postings:
            parts += [
                posting.debit.hex,
                posting.credit.hex,
                asset_code(posting.amount),
                str(units(posting.amount)),
            ]
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class PostedPosting:
    """Balances after one posting, where the account is limit-checked."""

    debit_balance: int | None
    credit_balance: int | None


@dataclass(frozen=True, slots=True)
class PostingResult:
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
    """A transaction as booked."""

    id: TransactionId
    sequence: int
    type: str
    effective_on: date
    booked_at: datetime
    reference: str | None
    metadata: Mapping[str, str]
    correlation_id: UUID | None
    postings: tuple[Posting, ...]


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


def asset_code(amount: Amount) -> str:
    """Return the code of the asset an amount is of, such as `CNY/2`."""
    if isinstance(amount, Money):
        return f"{amount.currency}/{amount.scale}"
    return f"{amount.asset}/{amount.scale}"


def asset_of(amount: Amount) -> Asset:
    """Return the asset an amount is of."""
    code = asset_code(amount)
    return Asset(code=code, symbol=code.rpartition("/")[0], scale=amount.scale)


def units(amount: Amount) -> int:
    """Return how many of the asset's smallest units an amount is."""
    return amount.minor if isinstance(amount, Money) else amount.units


class LedgerError(TongbaoError):
    """Base of the ledger's refusals."""

    kind = Kind.REFUSED


class InsufficientFunds(LedgerError):
    """The debit would take the account below its limit."""

    code = "ledger.insufficient_funds"
    title = Text(zh="余额不足", en="Insufficient funds")
    detail = Text(
        zh="账户可用余额为 {available} {asset},不足以完成本次记账;没有资金变动。",
        en="The account has {available} {asset} available, which is not enough; nothing moved.",
    )


class UnknownAccount(LedgerError):
    """No account has this id."""

    code = "ledger.unknown_account"
    title = Text(zh="账户不存在", en="Unknown account")
    detail = Text(zh="没有编号为 {account_id} 的账户。", en="There is no account {account_id}.")


class AccountNotFound(LedgerError):
    """No account has this id, and the request was about that account."""

    code = "ledger.account_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="账户不存在", en="Account not found")


class TransactionNotFound(LedgerError):
    """No transaction has this id."""

    code = "ledger.transaction_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="交易不存在", en="Transaction not found")


class UnknownAsset(LedgerError):
    """The asset was never declared."""

    code = "ledger.unknown_asset"
    title = Text(zh="资产不存在", en="Unknown asset")
    detail = Text(zh="没有名为 {asset} 的资产。", en="There is no asset {asset}.")


class AssetMismatch(LedgerError):
    """The amount is of another asset than the account."""

    code = "ledger.asset_mismatch"
    title = Text(zh="币种不符", en="Asset mismatch")
    detail = Text(
        zh="账户 {account_id} 不以 {asset} 记账。",
        en="Account {account_id} is not kept in {asset}.",
    )


class SameAccount(LedgerError):
    """Debit and credit name the same account."""

    code = "ledger.same_account"
    title = Text(zh="借贷账户相同", en="Debit and credit are the same account")


class AccountClosed(LedgerError):
    """The account is closed."""

    code = "ledger.account_closed"
    title = Text(zh="账户已销户", en="Account closed")
    detail = Text(zh="账户 {account_id} 已销户。", en="Account {account_id} is closed.")


class AccountFrozen(LedgerError):
    """The account is frozen for this side."""

    code = "ledger.account_frozen"
    title = Text(zh="账户已冻结", en="Account frozen")
    detail = Text(
        zh="账户 {account_id} 已被冻结,不能记账。",
        en="Account {account_id} is frozen for this posting.",
    )


class IdReused(LedgerError):
    """The id belongs to a transaction with other content."""

    code = "ledger.id_reused"
    title = Text(zh="编号已被使用", en="Id already used")
    detail = Text(
        zh="编号 {transaction_id} 已用于内容不同的交易。",
        en="Id {transaction_id} belongs to a transaction with other content.",
    )


class AmountOutOfRange(LedgerError):
    """The amount is zero, negative or beyond what a posting or an account can hold."""

    code = "ledger.amount_out_of_range"
    title = Text(zh="金额超出范围", en="Amount out of range")
    detail = Text(
        zh="每笔金额必须大于零,且不超过允许的上限。",
        en="An amount must be greater than zero and within what an account can hold.",
    )


class OverdraftOutOfRange(LedgerError):
    """An account's limit lies at or below zero, never above."""

    code = "ledger.overdraft_out_of_range"
    kind = Kind.INVALID
    title = Text(zh="透支额度不能为负数", en="The overdraft cannot be negative")


class EffectiveDateInFuture(LedgerError):
    """Nothing can be booked as effective after the business date."""

    code = "ledger.effective_date_in_future"
    title = Text(zh="起息日不能晚于营业日", en="Effective date in the future")
    detail = Text(zh="当前营业日为 {business_date}。", en="The business date is {business_date}.")


class TooManyPostings(LedgerError):
    """A transaction or batch is empty or larger than allowed."""

    code = "ledger.batch_size"
    kind = Kind.INVALID
    title = Text(zh="批次大小不合要求", en="Batch size out of range")
    detail = Text(
        zh="每批 1 至 {batch_max} 笔交易,每笔交易 1 至 {postings_max} 条分录。",
        en="A batch has 1 to {batch_max} transactions, a transaction 1 to {postings_max} postings.",
    )


class CodeTaken(LedgerError):
    """Another account or asset has this code, with other properties."""

    code = "ledger.code_taken"
    kind = Kind.CONFLICT
    title = Text(zh="代码已被使用", en="Code already taken")
    detail = Text(zh="代码 {value} 已被使用。", en="Code {value} is already taken.")


class StatusRefused(LedgerError):
    """The account cannot take this status now."""

    code = "ledger.status_refused"
    kind = Kind.CONFLICT
    title = Text(zh="账户状态不能变更", en="Status cannot be changed")
    detail = Text(
        zh="账户须余额为零且无待处理交易方可销户;已销户账户不可恢复。",
        en="An account closes only when it is empty with nothing pending, and stays closed.",
    )
