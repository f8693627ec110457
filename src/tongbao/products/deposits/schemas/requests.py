"""What holders send."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.deposits.domain.products import Instruction
from tongbao.products.deposits.schemas.base import EXAMPLE_DIGEST, EXAMPLE_ID, Shape


class NewDepositIn(Shape):
    """A deposit to be opened, and the signature under its agreement."""

    model_config = ConfigDict(
        title="NewDeposit",
        json_schema_extra={
            "examples": [
                {
                    "product": "time_1y",
                    "account_id": EXAMPLE_ID,
                    "amount": {"amount": "10000.00", "currency": "CNY"},
                    "instruction": "renew_all",
                    "language": "zh",
                    "text_digest": EXAMPLE_DIGEST,
                }
            ]
        },
    )

    product: Annotated[str, Field(min_length=1, max_length=40)]
    account_id: Annotated[UUID, Field(description="The settlement account; one's own")]
    amount: Annotated[MoneyField, Field(description="Of a plan, that of each month")]
    instruction: Annotated[
        Instruction | None, Field(description="At maturity; left out: the product's first")
    ] = None
    language: Annotated[Language, Field(description="Of the agreement that was shown")] = "zh"
    text_digest: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="Digest of the agreement that was shown (GET /deposits/agreement)",
        ),
    ]


class NewWithdrawal(Shape):
    """What is to be taken out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "5000.00", "currency": "CNY"}}, {}]}
    )

    amount: Annotated[MoneyField | None, Field(description="Left out: everything")] = None


class NewInstruction(Shape):
    """What is to be done at maturity, and where to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instruction": "renew_principal"}]})

    instruction: Annotated[
        Instruction | None, Field(description="Until the day before maturity")
    ] = None
    account_id: Annotated[
        UUID | None, Field(description="Another settlement account of the same holder")
    ] = None


class NewDepositNotice(Shape):
    """A withdrawal announced."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"amount": {"amount": "50000.00", "currency": "CNY"}, "draws_on": "2099-01-08"}
            ]
        }
    )

    amount: MoneyField
    draws_on: Annotated[IsoDate, Field(description="The day of the withdrawal")]
