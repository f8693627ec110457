"""What is shown of products and deposits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tongbao.kernel.money import Money, Rate, Rounding
from tongbao.products.deposits.domain.deposits import Deposit
from tongbao.products.deposits.domain.products import Product
from tongbao.products.deposits.domain.settling import Settlement


@dataclass(frozen=True, slots=True)
class Offered:
    """A product and its rates of a day, by currency."""

    product: Product
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Calculation:
    """What a deposit opened on a day would pay if everything goes as agreed."""

    product: Product
    annual_rate: Rate
    starts_on: date
    ends_on: date
    settlement: Settlement

    @property
    def daily_interest(self) -> Money:
        """Return what the rate earns in one day of 360 on all that was paid in, to the cent."""
        return self.settlement.principal.times(
            self.annual_rate.fraction / 360, rounding=Rounding.HALF_UP
        )


@dataclass(frozen=True, slots=True)
class Payout:
    """What was paid from a deposit, and the arithmetic of it."""

    id: UUID
    reason: str
    paid_on: date
    principal: Money
    interest: Money
    lines: list[dict[str, Any]]
    transaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A deposit as its holder sees it on a day.

    `earned` is its interest by the end of the day before, as the books keep it; `today` what
    withdrawing everything now would pay; `at_maturity` what its term pays if nothing changes. All
    None once it is over.
    """

    deposit: Deposit
    payouts: list[Payout]
    earned: Money | None
    today: Settlement | None
    at_maturity: Settlement | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate of deposit says (存款证明): who has how much here, on a day."""

    holder_name: str
    deposit: Deposit
    principal: Money
    earned: Money
    as_of: date
