"""API shapes of all that somebody holds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.accounts.domain.overview import Overview
from tongbao.core.accounts.schemas import BalanceOut, DepositAccountOut
from tongbao.core.accounts.schemas.base import Shape
from tongbao.kernel.money_schema import MoneyField, RateField


class DayBalanceOut(Shape):
    """What was booked on an account when a day ended; of today: by now."""

    model_config = ConfigDict(title="DayBalance")

    on: date
    balance: MoneyField


class HeldAccountOut(Shape):
    """One account with what is on it and how that came to be."""

    model_config = ConfigDict(title="HeldAccount")

    account: DepositAccountOut
    owner: Annotated[str, Field(description="Name of the party", examples=["杭州云帆贸易有限公司"])]
    balance: BalanceOut
    trend: Annotated[
        list[DayBalanceOut],
        Field(description="The latest thirty days since it was opened, the oldest first"),
    ]


class WorthRateOut(Shape):
    """The reference rate that a currency was reckoned at."""

    model_config = ConfigDict(title="WorthRate")

    currency: str
    cny_per_unit: RateField
    valid_from: datetime


class AccountsOverviewOut(Shape):
    """All accounts at one moment, and what is available on them together."""

    model_config = ConfigDict(title="AccountsOverview")

    at: datetime
    items: list[HeldAccountOut]
    totals: Annotated[list[MoneyField], Field(description="What is available, by currency")]
    worth: Annotated[
        MoneyField | None,
        Field(description="All of it in CNY; null: there is no rate for one of the currencies"),
    ]
    rates: Annotated[
        list[WorthRateOut], Field(description="What other currencies were reckoned at")
    ]

    @classmethod
    def of(cls, found: Overview, accounts: Sequence[DepositAccountOut]) -> "AccountsOverviewOut":
        """Return the shape of an overview; `accounts` are those of its items, as they are shown."""
        return cls(
            at=found.at,
            items=[
                HeldAccountOut(
                    account=account,
                    owner=each.owner,
                    balance=BalanceOut.of(each.balance),
                    trend=[DayBalanceOut(on=day, balance=balance) for day, balance in each.trend],
                )
                for each, account in zip(found.items, accounts, strict=True)
            ],
            totals=list(found.totals),
            worth=found.worth,
            rates=[
                WorthRateOut(
                    currency=each.currency,
                    cny_per_unit=each.cny_per_unit,
                    valid_from=each.valid_from,
                )
                for each in found.rates
            ],
        )
