"""API shapes of accounts, and what is on them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.accounts.domain import (
    AccountBalance,
    AccountEntry,
    DepositAccount,
    DepositAccountStatus,
)
from tongbao.core.accounts.domain.categories import EntryCategory, category_of
from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.accounts.domain.restraints import Restraint
from tongbao.core.accounts.schemas.base import ACCOUNT_ID, NUMBER, PARTY_ID, Shape
from tongbao.core.accounts.schemas.restraints import (
    NewDeduction,
    NewExtension,
    NewRelease,
    NewRestraint,
    RestraintBrief,
    RestraintOut,
)
from tongbao.kernel.money_schema import CurrencyCode, MoneyField
from tongbao.kernel.text import Language

__all__ = [
    "AccountEntryOut",
    "BalanceOut",
    "ClosingIn",
    "CounterpartyOut",
    "DepositAccountOut",
    "NewAccount",
    "NewDeduction",
    "NewExtension",
    "NewRelease",
    "NewRestraint",
    "PocketOut",
    "PocketsOut",
    "RestraintBrief",
    "RestraintOut",
    "RestraintsOut",
    "StatusReason",
]


class NewAccount(Shape):
    """An account to be opened, or a wallet with its first pocket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"party_id": PARTY_ID, "currency": "CNY"},
                {"party_id": PARTY_ID, "product": "wallet", "currency": "USD"},
            ]
        }
    )

    party_id: Annotated[UUID, Field(description="Who will hold it")]
    currency: CurrencyCode = "CNY"
    product: Product = Product.CURRENT
    account_class: Annotated[
        AccountClass | None,
        Field(description="1, 2 or 3, of a person's CNY account; left out: the best there is"),
    ] = None


class StatusReason(Shape):
    """Why an account is frozen, released or closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "法院冻结"}]})

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ClosingIn(Shape):
    """Why an account is closed, and where what is left on it goes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "不再使用", "pay_to": NUMBER}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    pay_to: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9]{8,34}$",
            description="Number of another account of the same holder, for money and interest",
        ),
    ] = None


class DepositAccountOut(Shape):
    """A deposit account, or a pocket of a wallet."""

    model_config = ConfigDict(
        title="DepositAccount",
        json_schema_extra={
            "examples": [
                {
                    "id": ACCOUNT_ID,
                    "number": NUMBER,
                    "party_id": PARTY_ID,
                    "product": "current",
                    "account_class": 1,
                    "currency": "CNY",
                    "status": "open",
                    "opened_at": "2025-11-21T08:00:00Z",
                    "dormant_since": None,
                    "restraints": [],
                }
            ]
        },
    )

    id: UUID
    number: Annotated[str, Field(description="Pockets of one wallet share it")]
    party_id: UUID
    product: Product
    account_class: Annotated[
        AccountClass | None, Field(description="Class I, II or III (账户分类) of a person's")
    ]
    currency: str
    status: DepositAccountStatus
    opened_at: datetime
    dormant_since: datetime | None
    restraints: Annotated[list[RestraintBrief], Field(description="What stands now, in words")]

    @classmethod
    def of(
        cls, account: DepositAccount, restraints: Sequence[Restraint], language: Language
    ) -> "DepositAccountOut":
        """Return the shape of an account with the restraints that stand on it."""
        return cls(
            id=account.id,
            number=account.number,
            party_id=account.party_id,
            product=account.product,
            account_class=account.account_class,
            currency=account.currency,
            status=account.status,
            opened_at=account.opened_at,
            dormant_since=account.dormant_since,
            restraints=[RestraintBrief.of_restraint(each, language) for each in restraints],
        )


class RestraintsOut(Shape):
    """The restraints on an account, in their rank."""

    model_config = ConfigDict(title="Restraints")

    items: list[RestraintOut]


class BalanceOut(Shape):
    """What is on an account now."""

    model_config = ConfigDict(title="AccountBalance")

    account_id: UUID
    booked: Annotated[MoneyField, Field(description="All that has been booked (余额)")]
    available: Annotated[MoneyField, Field(description="What may be spent now (可用余额)")]
    restrained: Annotated[
        MoneyField, Field(description="What orders keep of it (冻结金额), never more than there is")
    ]

    @classmethod
    def of(cls, balance: AccountBalance) -> "BalanceOut":
        """Return the shape of a balance."""
        return cls(
            account_id=balance.account_id,
            booked=balance.booked,
            available=balance.available,
            restrained=balance.restrained,
        )


class PocketOut(Shape):
    """One currency of a wallet."""

    model_config = ConfigDict(title="Pocket")

    account_id: UUID
    currency: str
    status: DepositAccountStatus
    balance: BalanceOut


class PocketsOut(Shape):
    """A wallet with every pocket."""

    model_config = ConfigDict(title="Pockets")

    number: str
    items: list[PocketOut]


class CounterpartyOut(Shape):
    """The customer's account on the other side."""

    model_config = ConfigDict(
        title="Counterparty",
        json_schema_extra={"examples": [{"number": NUMBER, "name": "杭州云帆贸易有限公司"}]},
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
        Literal["debit", "credit"], Field(description="credit: money in; debit: money out")
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
