"""What is on offer, and what it would pay."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.parties.service import PartyKind
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import CurrencyCode, MoneyField, RateField
from tongbao.kernel.text import Language
from tongbao.products.deposits.domain.products import Instruction, Kind
from tongbao.products.deposits.domain.views import Calculation, Offered
from tongbao.products.deposits.schemas.base import SettlementOut, Shape


class DepositTermsOut(Shape):
    """What holds for one kind of holder in one currency."""

    model_config = ConfigDict(title="DepositTerms")

    holder: PartyKind
    minimum: Annotated[MoneyField, Field(description="To open, of a plan each month; and to stay")]
    draw_minimum: Annotated[
        MoneyField, Field(description="A notice deposit's smallest withdrawal at the notice rate")
    ]
    annual_rate: Annotated[
        RateField | None, Field(description="Posted for the day; null: not on offer")
    ]


class DepositProductOut(Shape):
    """A product."""

    model_config = ConfigDict(title="DepositProduct")

    code: Annotated[str, Field(examples=["time_1y"])]
    version: str
    kind: Kind
    title: str
    months: Annotated[int | None, Field(description="The term; null for a notice deposit")]
    notice_days: Annotated[int | None, Field(description="Of a notice deposit")]
    instructions: Annotated[
        list[Instruction], Field(description="What can be done at maturity; the first by default")
    ]
    terms: list[DepositTermsOut]

    @classmethod
    def of(cls, offered: Offered, language: Language) -> "DepositProductOut":
        """Return the shape of a product with its rates."""
        product = offered.product
        return cls(
            code=product.code,
            version=product.version,
            kind=product.kind,
            title=product.title.say(language),
            months=product.months or None,
            notice_days=product.notice_days or None,
            instructions=list(product.instructions),
            terms=[
                DepositTermsOut(
                    holder=holder,
                    minimum=Money(terms.minimum, currency),
                    draw_minimum=Money(terms.draw_minimum, currency),
                    annual_rate=offered.rates.get(currency),
                )
                for (holder, currency), terms in sorted(product.terms.items())
            ],
        )


class DepositCatalogueOut(Shape):
    """Every product with the rates of a day."""

    model_config = ConfigDict(title="DepositCatalogue")

    on: date
    items: list[DepositProductOut]


class DepositCalculationOut(Shape):
    """What a deposit opened today would pay if everything goes as agreed."""

    model_config = ConfigDict(title="DepositCalculation")

    product: str
    annual_rate: RateField
    starts_on: date
    ends_on: Annotated[date, Field(description="Maturity, or the day of withdrawal after notice")]
    daily_interest: Annotated[
        MoneyField,
        Field(description="Of one day on all that is paid in, rounded half up"),
    ]
    pays: SettlementOut

    @classmethod
    def of(cls, calculation: Calculation) -> "DepositCalculationOut":
        """Return the shape of a calculation."""
        return cls(
            product=calculation.product.code,
            annual_rate=calculation.annual_rate,
            starts_on=calculation.starts_on,
            ends_on=calculation.ends_on,
            daily_interest=calculation.daily_interest,
            pays=SettlementOut.of(calculation.settlement),
        )


class NewDepositRate(Shape):
    """A rate to be posted from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "product": "time_1y",
                    "currency": "CNY",
                    "annual_rate": "0.0135",
                    "valid_from": "2099-01-01",
                    "reason": "随市场利率调整",
                }
            ]
        }
    )

    product: Annotated[str, Field(min_length=1, max_length=40)]
    currency: CurrencyCode
    annual_rate: RateField
    valid_from: Annotated[IsoDate, Field(description="Today or later, after those posted already")]
    reason: Annotated[str, Field(min_length=1, max_length=500, description="Why")]
