"""What the product is, to whoever thinks of applying."""

from typing import Annotated

from pydantic import Field

from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.products.lending.domain.decision import daily_interest_per_10000
from tongbao.products.lending.domain.loan import DAY_COUNT, REPAYMENT_METHOD
from tongbao.products.lending.domain.policy import Policy
from tongbao.products.lending.schemas.base import Shape


class LoanProductOut(Shape):
    """Amounts, terms and prices within which decisions are made."""

    amount_min: MoneyField
    amount_max: Annotated[MoneyField, Field(description="Of all loans of a firm together")]
    annual_rate_min: Annotated[RateField, Field(description="Simple interest, the whole price")]
    annual_rate_max: RateField
    daily_interest_per_10000_min: MoneyField
    daily_interest_per_10000_max: MoneyField
    term_months_max: int
    history_months_min: Annotated[int, Field(description="Of invoices, for an application")]
    yearly_sales_min: MoneyField
    offer_valid_days: int
    day_count: Annotated[str, Field(examples=[DAY_COUNT])]
    repayment_method: Annotated[str, Field(examples=[REPAYMENT_METHOD])]

    @classmethod
    def of(cls, policy: Policy) -> "LoanProductOut":
        """Return the shape of a policy."""
        return cls(
            amount_min=policy.floor,
            amount_max=policy.cap,
            annual_rate_min=policy.rate_min,
            annual_rate_max=policy.rate_max,
            daily_interest_per_10000_min=daily_interest_per_10000(policy.rate_min),
            daily_interest_per_10000_max=daily_interest_per_10000(policy.rate_max),
            term_months_max=policy.term_months_max,
            history_months_min=policy.history_months_min,
            yearly_sales_min=policy.yearly_sales_min,
            offer_valid_days=policy.offer_valid_for.days,
            day_count=DAY_COUNT,
            repayment_method=REPAYMENT_METHOD,
        )
