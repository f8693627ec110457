"""The lending policy: numbers that the credit committee answers for, by version.

A version in use is never edited, because decisions taken under it must stay repeatable (a test
holds its digest): a change is a new `Policy` with a new version at the end of `POLICIES`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.risk.rating.service import Grade

CURRENCY: Final = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the policy.

    Attributes
    ----------
    history_months_min : int
        Complete months since the first sale.
    silence_days_max : int
        Days without a sale at the end of the data's period: half a year.
    void_share_max : Fraction
        Largest share of cancelled invoices among all sales invoices.
    yearly_sales_min : Money
        Least sales of the last 12 complete months.
    share_of_sales : Mapping[Grade, Rate]
        Limit as a share of yearly sales; a grade with none is refused. D and E have none: from a
        probability of default of 20 % on, the expected loss alone exceeds the highest rate.
    cap, floor, step : Money
        Largest exposure to one borrower, smallest loan, and what limits are cut down to.
    funding_rate, cost_rate, margin_rate, loss_given_default : Rate
        Parts of the price; expected loss is the probability of default times `loss_given_default`.
    rate_min, rate_max, rate_step : Rate
        Corridor of the annual rate, and what it is rounded to.
    term_months_max : int
    offer_valid_for : timedelta
    """

    version: str
    history_months_min: int
    silence_days_max: int
    void_share_max: Fraction
    yearly_sales_min: Money
    share_of_sales: Mapping[Grade, Rate]
    cap: Money
    floor: Money
    step: Money
    funding_rate: Rate
    cost_rate: Rate
    margin_rate: Rate
    loss_given_default: Rate
    rate_min: Rate
    rate_max: Rate
    rate_step: Rate
    term_months_max: int
    offer_valid_for: timedelta

    @property
    def digest(self) -> str:
        """Return the SHA-256 of everything the policy says."""
        said = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        said["share_of_sales"] = ", ".join(
            f"{grade} {rate}" for grade, rate in sorted(self.share_of_sales.items())
        )
        text = "\n".join(f"{name}={value}" for name, value in said.items())
        return hashlib.sha256(text.encode()).hexdigest()


POLICIES: Final[tuple[Policy, ...]] = (
    Policy(
        version="2026-1",
        history_months_min=12,
        silence_days_max=183,
        void_share_max=Fraction(2, 5),
        yearly_sales_min=Money.parse("100000.00", CURRENCY),
        share_of_sales=MappingProxyType(
            {
                Grade.A: Rate.percent("25"),
                Grade.B: Rate.percent("20"),
                Grade.C: Rate.percent("10"),
            }
        ),
        cap=Money.parse("2000000.00", CURRENCY),
        floor=Money.parse("10000.00", CURRENCY),
        step=Money.parse("1000.00", CURRENCY),
        funding_rate=Rate.percent("2.50"),
        cost_rate=Rate.percent("1.50"),
        margin_rate=Rate.percent("3.50"),
        loss_given_default=Rate.percent("60"),
        rate_min=Rate.percent("8.00"),
        rate_max=Rate.percent("12.00"),
        rate_step=Rate.percent("0.05"),
        term_months_max=12,
        offer_valid_for=timedelta(days=7),
    ),
)
IN_USE: Final = POLICIES[-1]


class UnknownPolicy(TongbaoError):
    """No such version is known to this release."""

    code = "lending.unknown_policy"
    kind = Kind.NOT_FOUND
    title = Text(zh="信贷政策版本不存在", en="Unknown policy version")
    detail = Text(zh="没有版本为 {version} 的信贷政策", en="There is no policy {version}")


def policy(version: str) -> Policy:
    """Return a version of the policy, in use or not. Raises `UnknownPolicy`."""
    for each in POLICIES:
        if each.version == version:
            return each
    raise UnknownPolicy(version=version)
