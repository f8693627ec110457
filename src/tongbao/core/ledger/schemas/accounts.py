"""Assets, accounts and their entries."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.ledger.domain import (
    Account,
    AccountStatus,
    Asset,
    Balance,
    Category,
    Entry,
)
from tongbao.core.ledger.schemas.base import AmountShape, AssetCode, Shape
from tongbao.kernel.money_schema import AmountText


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
