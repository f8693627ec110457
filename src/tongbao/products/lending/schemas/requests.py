"""What callers send."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.policy import IN_USE
from tongbao.products.lending.schemas.base import EXAMPLE_DIGEST, EXAMPLE_ID, Shape


class NewApplication(Shape):
    """A request for a loan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "requested": {"amount": "500000.00", "currency": "CNY"},
                    "term_months": 12,
                }
            ]
        }
    )

    account_id: Annotated[UUID, Field(description="Where the loan is to be paid; one's own")]
    requested: Annotated[MoneyField | None, Field(description="Left out: as much as possible")] = (
        None
    )
    term_months: Annotated[int, Field(strict=True, ge=1, le=IN_USE.term_months_max)] = (
        IN_USE.term_months_max
    )


class NewAcceptance(Shape):
    """The signature under an offer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"amount": "300000.00", "currency": "CNY"},
                    "language": "zh",
                    "text_digest": EXAMPLE_DIGEST,
                }
            ]
        }
    )

    amount: Annotated[MoneyField, Field(description="At most the limit offered")]
    language: Annotated[Language, Field(description="Of the agreement that was shown")] = "zh"
    text_digest: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="Digest of the agreement that was shown (GET .../agreement)",
        ),
    ]


class NewRepayment(Shape):
    """A repayment, as it was shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "principal": {"amount": "100000.00", "currency": "CNY"},
                    "total": {"amount": "100670.83", "currency": "CNY"},
                }
            ]
        }
    )

    principal: Annotated[MoneyField, Field(description="At most what is owed")]
    total: Annotated[
        MoneyField, Field(description="With interest, as shown; exactly that leaves the account")
    ]


class NewReview(Shape):
    """A person's verdict on an application referred to one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verdict": "collect_again", "note": "税务局已确认数据修正"}]
        }
    )

    verdict: Literal["collect_again", "refuse"]
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(description="Why; the firm reads it"),
    ]
