"""API shapes of the rates of demand deposits."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, model_validator

from tongbao.core.accounts.domain.interest import TIERS_MAX, RateVersion
from tongbao.core.accounts.domain.products import Product
from tongbao.core.accounts.schemas.base import Shape
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import CurrencyCode, MoneyField, RateField
from tongbao.lib.interest.accrual import Tier, TierMode, Tiers
from tongbao.lib.interest.days import DayCount

_TIERS: list[JsonValue] = [
    {"starts_at": {"amount": "0.00", "currency": "CNY"}, "annual_rate": "0.0005"},
    {"starts_at": {"amount": "50000.00", "currency": "CNY"}, "annual_rate": "0.001"},
]


class RateTier(Shape):
    """The annual rate from a balance on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TIERS[0]]})

    starts_at: Annotated[MoneyField, Field(description="The balance from which it holds")]
    annual_rate: Annotated[RateField, Field(description="0.0005 is 0.05 per cent a year")]


class NewRates(Shape):
    """Rates that a product is to earn from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "product": "current",
                    "currency": "CNY",
                    "valid_from": "2027-01-01",
                    "mode": "slice",
                    "day_count": "act/360",
                    "tiers": _TIERS,
                    "reason": "存款挂牌利率调整",
                }
            ]
        }
    )

    product: Product
    currency: CurrencyCode
    valid_from: Annotated[IsoDate, Field(description="The first day that earns by them")]
    mode: Annotated[
        TierMode,
        Field(description="whole: all of the balance earns by the tier reached; slice: each slice"),
    ] = TierMode.SLICE
    day_count: Annotated[
        DayCount, Field(description="What a day is of a year: act/360, act/365, act/act")
    ] = DayCount.ACT_360
    tiers: Annotated[list[RateTier], Field(min_length=1, max_length=TIERS_MAX)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _tiers_of_one_currency(self) -> "NewRates":
        if any(tier.starts_at.currency != self.currency for tier in self.tiers):
            msg = "tiers start at amounts of the currency the rates are for"
            raise ValueError(msg)
        self.to_tiers()  # raises ValueError: the first starts at 0, others at growing balances
        return self

    def to_tiers(self) -> Tiers:
        """Return the tiers as interest is reckoned by them."""
        return Tiers(
            tuple(Tier(tier.starts_at.minor, tier.annual_rate) for tier in self.tiers), self.mode
        )


class RatesOut(Shape):
    """Rates that a product earns by from a day on."""

    model_config = ConfigDict(title="Rates")

    product: str
    currency: str
    valid_from: date
    mode: TierMode
    day_count: DayCount
    tiers: list[RateTier]

    @classmethod
    def of(cls, version: RateVersion) -> "RatesOut":
        """Return the shape of a version."""
        return cls(
            product=version.product,
            currency=version.currency,
            valid_from=version.valid_from,
            mode=version.tiers.mode,
            day_count=version.day_count,
            tiers=[
                RateTier(
                    starts_at=Money(tier.from_minor, version.currency),
                    annual_rate=tier.annual_rate,
                )
                for tier in version.tiers.tiers
            ],
        )
