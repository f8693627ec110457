"""Shapes of requests to pay."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from tongbao.kernel.date_schema import IsoMoment
from tongbao.kernel.money_schema import MoneyField
from tongbao.products.collecting.domain.requests import RequestState, RequestToPay
from tongbao.products.collecting.domain.texts import TITLE_LENGTH_MAX
from tongbao.products.collecting.schemas.base import (
    EXAMPLE_ID,
    EXAMPLE_MONEY,
    Reference,
    Shape,
    Title,
)

DebtorName = Annotated[
    str, Field(min_length=1, max_length=140, description="Must be the name of whoever is asked")
]


class _NewRequest(Shape):
    account_id: Annotated[UUID, Field(description="Where the money goes; one's own")]
    debtor_name: DebtorName
    amount: MoneyField
    title: Title
    expires_at: Annotated[IsoMoment, Field(description="A minute to 366 days from now")]
    in_parts: Annotated[bool, Field(description="May be paid in several parts")] = False
    reference: Reference = None


_EXAMPLE: JsonDict = {
    "account_id": EXAMPLE_ID,
    "debtor_name": "李娜",
    "amount": EXAMPLE_MONEY,
    "title": "上月水电",
    "expires_at": "2099-12-31T16:00:00Z",
}


class NewRequestToPay(_NewRequest):
    """A request to the holder of an account here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_EXAMPLE, "debtor_account_number": "9900010000000000026"}]
        }
    )

    debtor_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]


class NewRequestByPhone(_NewRequest):
    """A request to the customer with a verified phone number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "debtor_phone": "13800138000"}]}
    )

    debtor_phone: Annotated[str, Field(min_length=5, max_length=32)]


class RequestToPayOut(Shape):
    """A request to pay, as both of its parties see it."""

    model_config = ConfigDict(title="RequestToPay")

    id: UUID
    party_id: Annotated[UUID, Field(description="Who asks")]
    payee_name: str
    debtor_party_id: Annotated[UUID, Field(description="Who is asked")]
    title: str
    reference: str | None
    amount: MoneyField
    paid: MoneyField
    remaining: MoneyField
    in_parts: bool
    state: RequestState
    decline_reason: str | None
    expires_at: datetime
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, request: RequestToPay, *, at: datetime) -> "RequestToPayOut":
        """Return the shape of a request at a moment."""
        return cls(
            id=request.id,
            party_id=request.party_id,
            payee_name=request.payee_name,
            debtor_party_id=request.debtor_party_id,
            title=request.title,
            reference=request.reference,
            amount=request.amount,
            paid=request.paid,
            remaining=request.remaining,
            in_parts=request.in_parts,
            state=request.state_at(at),
            decline_reason=request.decline_reason,
            expires_at=request.expires_at,
            created_at=request.created_at,
            ended_at=request.ended_at,
        )


class RequestsToPayOut(Shape):
    """A page of requests, newest first."""

    model_config = ConfigDict(title="RequestsToPay")

    items: list[RequestToPayOut]
    next: str | None


class RequestPaymentIn(Shape):
    """How a request is paid."""

    model_config = ConfigDict(
        title="RequestPayment",
        json_schema_extra={
            "examples": [
                {"debtor_account_id": EXAMPLE_ID},
                {"debtor_account_id": EXAMPLE_ID, "amount": EXAMPLE_MONEY},
            ]
        },
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    amount: Annotated[MoneyField | None, Field(description="Left out: all that is open")] = None


class RequestRefusalIn(Shape):
    """Why a request is refused; the payee reads it."""

    model_config = ConfigDict(
        title="RequestRefusal", json_schema_extra={"examples": [{"reason": "已另行支付"}, {}]}
    )

    reason: Annotated[str | None, Field(min_length=1, max_length=TITLE_LENGTH_MAX)] = None
