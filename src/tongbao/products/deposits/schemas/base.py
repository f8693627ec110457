"""What the shapes share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.products.deposits.domain.settling import Line, Settlement

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"
EXAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class InterestLineOut(Shape):
    """One part of the interest; the lines add up to the cent."""

    model_config = ConfigDict(title="InterestLine")

    basis: Annotated[
        str,
        Field(
            description="Which rate: contract (fixed at opening), notice, demand",
            examples=["contract"],
        ),
    ]
    annual_rate: RateField
    formula: Annotated[
        str,
        Field(
            description="The arithmetic, rounded half up; amounts times days or months are 积数",
            examples=["10000.00 × 1.35% × 12/12"],
        ),
    ]
    interest: MoneyField

    @classmethod
    def of(cls, line: Line) -> "InterestLineOut":
        """Return the shape of a line."""
        return cls(
            basis=line.basis.value,
            annual_rate=line.annual_rate,
            formula=line.formula,
            interest=line.interest,
        )


class SettlementOut(Shape):
    """What a payment consists of."""

    model_config = ConfigDict(title="DepositSettlement")

    principal: MoneyField
    interest: MoneyField
    total: MoneyField
    lines: list[InterestLineOut]

    @classmethod
    def of(cls, settlement: Settlement) -> "SettlementOut":
        """Return the shape of a settlement."""
        return cls(
            principal=settlement.principal,
            interest=settlement.interest,
            total=settlement.total,
            lines=[InterestLineOut.of(line) for line in settlement.lines],
        )
