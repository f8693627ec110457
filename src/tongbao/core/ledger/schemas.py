"""Shapes of `/api/v1/ledger`. Amounts are decimal strings beside the code of their asset."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    Account,
    AccountStatus,
    Asset,
    Balance,
    Category,
    Entry,
    Transaction,
)
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import CURRENCIES, Money, Quantity
from tongbao.kernel.money_schema import AmountText, refusal

AssetCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9:._-]{1,24}/(\d|1[0-2])$", description="symbol/scale", examples=["CNY/2"]
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_.]*$")]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=64)],
        Annotated[str, Field(max_length=500)],
    ],
    Field(max_length=domain.METADATA_MAX),
]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class AmountShape(Shape):
    """An amount of an asset."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": "12.50", "asset": "CNY/2"}]}
    )

    amount: AmountText
    asset: AssetCode

    @model_validator(mode="after")
    def _check_scale_and_range(self) -> Self:
        try:
            self.to_amount()
        except TongbaoError as error:
            raise refusal(error) from error  # with a pointer to the posting it belongs to
        return self

    def to_amount(self) -> domain.Amount:
        """Return the amount as money, or as a quantity where the asset is no currency."""
        symbol, _, scale = self.asset.rpartition("/")
        if CURRENCIES.get(symbol) == int(scale):
            return Money.parse(self.amount, symbol)
        return Quantity.parse(self.amount, symbol, int(scale))

    @classmethod
    def of(cls, units: int, asset: Asset) -> "AmountShape":
        """Return the shape of `units` of `asset`."""
        return cls(amount=asset.text(units), asset=asset.code)


class AssetIn(Shape):
    """Something new that can be counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"symbol": "POINT", "scale": 0}]})

    symbol: Annotated[str, Field(pattern=r"^[A-Z0-9:._-]{1,24}$")]
    scale: Annotated[int, Field(ge=0, le=12, strict=True)]


class AssetOut(Shape):
    """A declared asset."""

    code: str
    symbol: str
    scale: int

    @classmethod
    def of(cls, asset: Asset) -> "AssetOut":
        """Return the shape of an asset."""
        return cls(code=asset.code, symbol=asset.symbol, scale=asset.scale)


class AccountIn(Shape):
    """An account to be opened."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "asset": "CNY/2",
                    "category": "liability",
                    "name": "Savings of Ms Li",
                    "overdraft": "0.00",
                }
            ]
        }
    )

    asset: AssetCode
    category: Category
    code: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")] | None = (
        None
    )
    name: Annotated[str, Field(max_length=200)] = ""
    overdraft: Annotated[
        AmountText | None,
        Field(description="How far below zero it may go; null: no limit, internal accounts only"),
    ] = "0"


class StatusIn(Shape):
    """The status an account is to have."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "debit_frozen"}]})

    status: AccountStatus


class AccountOut(Shape):
    """An account with its balance as of this moment."""

    id: UUID
    code: str | None
    name: str
    asset: str
    category: Category
    status: AccountStatus
    overdraft: str | None
    opened_at: datetime
    posted: str
    pending_in: str
    pending_out: str
    available: Annotated[
        str | None, Field(description="What may leave the account now; null: no limit")
    ]
    version: Annotated[int, Field(description="Number of postings so far")]

    @classmethod
    def of(cls, account: Account, balance: Balance) -> "AccountOut":
        """Return the shape of an account and its balance."""
        text = account.asset.text
        return cls(
            id=account.id,
            code=account.code,
            name=account.name,
            asset=account.asset.code,
            category=account.category,
            status=account.status,
            overdraft=None if account.overdraft is None else text(account.overdraft),
            opened_at=account.opened_at,
            posted=text(balance.posted),
            pending_in=text(balance.pending_in),
            pending_out=text(balance.pending_out),
            available=None if balance.available is None else text(balance.available),
            version=balance.version,
        )


class PostingIn(Shape):
    """An amount to be moved from the debit account to the credit account."""

    debit: UUID
    credit: UUID
    amount: AmountShape


_TRANSACTION: JsonDict = {
    "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
    "type": "transfer",
    "reference": "INV-2026-0042",
    "metadata": {"channel": "branch"},
    "postings": [
        {
            "debit": "0198c9a4-7a52-7000-8000-000000000001",
            "credit": "0198c9a4-7a52-7000-8000-000000000002",
            "amount": {"amount": "12.50", "asset": "CNY/2"},
        }
    ],
}


class TransactionIn(Shape):
    """A transaction to be booked. Its id is the client's, and makes repeating it harmless."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSACTION]})

    id: UUID
    type: Label
    postings: Annotated[list[PostingIn], Field(min_length=1, max_length=domain.POSTINGS_MAX)]
    effective_on: IsoDate | None = None
    reference: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    metadata: Metadata = {}
    correlation_id: UUID | None = None

    def to_domain(self) -> domain.NewTransaction:
        """Return the transaction in the ledger's terms."""
        return domain.NewTransaction(
            id=domain.TransactionId(self.id),
            type=self.type,
            postings=tuple(
                domain.NewPosting(
                    debit=domain.AccountId(posting.debit),
                    credit=domain.AccountId(posting.credit),
                    amount=posting.amount.to_amount(),
                )
                for posting in self.postings
            ),
            effective_on=self.effective_on,
            reference=self.reference,
            metadata=self.metadata,
            correlation_id=self.correlation_id,
        )


class BatchIn(Shape):
    """Transactions booked in order, each on its own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"transactions": [_TRANSACTION]}]})

    transactions: Annotated[list[TransactionIn], Field(min_length=1, max_length=domain.BATCH_MAX)]


class PostedPostingOut(Shape):
    """Balances right after the posting; null for internal accounts, which keep none."""

    debit_balance: str | None
    credit_balance: str | None


class PostingResultOut(Shape):
    """What became of one transaction."""

    id: UUID
    status: Literal["posted", "duplicate", "refused"]
    sequence: Annotated[int | None, Field(description="Place in the ledger's order")] = None
    postings: list[PostedPostingOut] = []
    code: Annotated[str | None, Field(description="Why it was refused")] = None
    detail: Annotated[str | None, Field(description="The same in words")] = None


class BatchOut(Shape):
    """A result per transaction, in the order they were sent."""

    results: list[PostingResultOut]


class PostingOut(Shape):
    """A posting as booked."""

    ordinal: int
    debit: UUID
    credit: UUID
    amount: AmountShape


class TransactionOut(Shape):
    """A transaction as booked."""

    id: UUID
    sequence: int
    type: str
    effective_on: date
    booked_at: datetime
    reference: str | None
    metadata: dict[str, str]
    correlation_id: UUID | None
    postings: list[PostingOut]

    @classmethod
    def of(cls, booked: Transaction) -> "TransactionOut":
        """Return the shape of a booked transaction."""
        return cls(
            id=booked.id,
            sequence=booked.sequence,
            type=booked.type,
            effective_on=booked.effective_on,
            booked_at=booked.booked_at,
            reference=booked.reference,
            metadata=dict(booked.metadata),
            correlation_id=booked.correlation_id,
            postings=[
                PostingOut(
                    ordinal=posting.ordinal,
                    debit=posting.debit,
                    credit=posting.credit,
                    amount=AmountShape.of(posting.amount, posting.asset),
                )
                for posting in booked.postings
            ],
        )


class EntryOut(Shape):
    """One posting as seen from the account."""

    transaction_id: UUID
    sequence: int
    type: str
    direction: Literal["debit", "credit"]
    amount: AmountShape
    balance_after: str | None
    counter_account_id: UUID
    booked_at: datetime
    effective_on: date
    reference: str | None
    metadata: dict[str, str]

    @classmethod
    def of(cls, entry: Entry, asset: Asset) -> "EntryOut":
        """Return the shape of an entry."""
        return cls(
            transaction_id=entry.transaction_id,
            sequence=entry.sequence,
            type=entry.type,
            direction=entry.direction,
            amount=AmountShape.of(entry.amount, asset),
            balance_after=None if entry.balance_after is None else asset.text(entry.balance_after),
            counter_account_id=entry.counter_account_id,
            booked_at=entry.booked_at,
            effective_on=entry.effective_on,
            reference=entry.reference,
            metadata=dict(entry.metadata),
        )
