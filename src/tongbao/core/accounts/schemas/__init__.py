"""API shapes of accounts."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.accounts.domain import (
    AccountBalance,
    AccountEntry,
    DepositAccount,
    DepositAccountStatus,
)
from tongbao.core.accounts.domain.categories import EntryCategory, category_of
from tongbao.kernel.money_schema import CurrencyCode, MoneyField

_ACCOUNT = "0197c0de-0000-7000-8000-000000000003"
_PARTY = "0197c0de-0000-7000-8000-000000000001"
_NUMBER = "9900010000000000018"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class NewAccount(Shape):
    """A current account to be opened."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"party_id": _PARTY, "currency": "CNY"}]}
    )

    party_id: Annotated[UUID, Field(description="Who will hold it")]
    currency: CurrencyCode = "CNY"


class StatusReason(Shape):
    """Why an account is frozen, released or closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "法院冻结"}]})

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DepositAccountOut(Shape):
    """A deposit account."""

    model_config = ConfigDict(
        title="DepositAccount",
        json_schema_extra={
            "examples": [
                {
                    "id": _ACCOUNT,
                    "number": _NUMBER,
                    "party_id": _PARTY,
                    "product": "current",
                    "currency": "CNY",
                    "status": "open",
                    "opened_at": "2025-11-21T08:00:00Z",
                }
            ]
        },
    )

    id: UUID
    number: Annotated[str, Field(description="19 digits, the last one checks the others (Luhn)")]
    party_id: UUID
    product: Literal["current"]
    currency: str
    status: DepositAccountStatus
    opened_at: datetime

    @classmethod
    def of(cls, account: DepositAccount) -> "DepositAccountOut":
        """Return the shape of an account."""
        return cls(
            id=account.id,
            number=account.number,
            party_id=account.party_id,
            product=account.product.value,
            currency=account.currency,
            status=account.status,
            opened_at=account.opened_at,
        )


class BalanceOut(Shape):
    """What is on an account now."""

    model_config = ConfigDict(title="AccountBalance")

    account_id: UUID
    booked: Annotated[MoneyField, Field(description="All that has been booked (余额)")]
    available: Annotated[MoneyField, Field(description="What may be spent now (可用余额)")]

    @classmethod
    def of(cls, balance: AccountBalance) -> "BalanceOut":
        """Return the shape of a balance."""
        return cls(
            account_id=balance.account_id, booked=balance.booked, available=balance.available
        )


class CounterpartyOut(Shape):
    """The customer's account on the other side."""

    model_config = ConfigDict(
        title="Counterparty",
        json_schema_extra={"examples": [{"number": _NUMBER, "name": "杭州云帆贸易有限公司"}]},
    )

    number: str
    name: str


class AccountEntryOut(Shape):
    """One movement on an account, as its holder sees it."""

    model_config = ConfigDict(title="AccountEntry")

    transaction_id: UUID
    sequence: Annotated[int, Field(description="The ledger's own running number")]
    type: Annotated[str, Field(examples=["payments.transfer"])]
    category: EntryCategory
    direction: Annotated[
        Literal["credit", "debit"], Field(description="credit: money in; debit: money out")
    ]
    amount: Annotated[MoneyField, Field(description="Always greater than zero")]
    balance_after: MoneyField | None
    booked_at: datetime
    effective_on: Annotated[date, Field(description="Value date (起息日)")]
    reference: str | None
    counterparty: Annotated[
        CounterpartyOut | None, Field(description="Null if the other side is the bank itself")
    ]

    @classmethod
    def of(cls, entry: AccountEntry) -> "AccountEntryOut":
        """Return the shape of an entry."""
        other = entry.counterparty
        return cls(
            transaction_id=entry.transaction_id,
            sequence=entry.sequence,
            type=entry.type,
            category=category_of(entry.type),
            direction=entry.direction,
            amount=entry.amount,
            balance_after=entry.balance_after,
            booked_at=entry.booked_at,
            effective_on=entry.effective_on,
            reference=entry.reference,
            counterparty=(
                None if other is None else CounterpartyOut(number=other.number, name=other.name)
            ),
        )
