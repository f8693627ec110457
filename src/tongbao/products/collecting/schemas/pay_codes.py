"""Shapes of codes that payers show."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.kernel.money_schema import MoneyField
from tongbao.products.collecting.domain.pay_codes import PayCode, ShownCode
from tongbao.products.collecting.schemas.base import EXAMPLE_ID, Shape


class NewPayCode(Shape):
    """That codes of an account are to be shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "per_payment": {"amount": "200.00", "currency": "CNY"},
                }
            ]
        }
    )

    account_id: Annotated[UUID, Field(description="A person's own account")]
    per_payment: Annotated[
        MoneyField,
        Field(description="The most of one payment; the bank's limits hold beside it"),
    ]


class PayCodeOut(Shape):
    """That a user pays from an account by showing codes."""

    model_config = ConfigDict(title="PayCode")

    id: UUID
    account_id: UUID
    per_payment: MoneyField
    enabled_at: datetime

    @classmethod
    def of(cls, code: PayCode) -> "PayCodeOut":
        """Return the shape of a pay code."""
        return cls(
            id=code.id,
            account_id=code.account_id,
            per_payment=code.per_payment,
            enabled_at=code.enabled_at,
        )


class PayCodesOut(Shape):
    """The codes a user has switched on."""

    model_config = ConfigDict(title="PayCodes")

    items: list[PayCodeOut]


class ShownCodeOut(Shape):
    """A code to be shown to a till, as a QR code or a bar code."""

    model_config = ConfigDict(title="ShownCode")

    code: Annotated[str, Field(examples=["70123456789012345678"])]
    next_at: Annotated[datetime, Field(description="When there is another one")]
    good_until: Annotated[datetime, Field(description="When a till takes it no longer")]

    @classmethod
    def of(cls, shown: ShownCode) -> "ShownCodeOut":
        """Return the shape of a code."""
        return cls(code=shown.code, next_at=shown.next_at, good_until=shown.good_until)
