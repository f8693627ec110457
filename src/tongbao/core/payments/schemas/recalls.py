"""Shapes of askings for money back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.payments.domain.recalls import NOTE_LENGTH_MAX, OverdueRecall, Recall
from tongbao.core.payments.schemas.base import Shape
from tongbao.core.payments.schemas.paying import PaymentOut
from tongbao.kernel.text import Language

ReasonCode = Literal["DUPL", "TECH", "FRAD", "CUST", "AC03", "AM09"]


class NewRecall(Shape):
    """Why a payment is to come back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "DUPL", "note": "重复付款"}]}
    )

    reason: Annotated[
        ReasonCode,
        Field(
            description="ISO 20022 cancellation reason: paid twice, a technical fault, fraud, the "
            "payer asks, wrong account, wrong amount"
        ),
    ]
    note: Annotated[
        str | None,
        Field(min_length=1, max_length=NOTE_LENGTH_MAX, description="For the payee's bank to read"),
    ] = None


class RecallOut(Shape):
    """An asking for a payment back, and where it stands."""

    id: UUID
    payment_id: UUID
    status: Annotated[
        Literal["requested", "sent", "unknown", "accepted", "returned", "refused"],
        Field(
            description="`accepted`: the money is on its way; `returned`, `refused`: final; "
            "`unknown`: the bank is asked until it tells"
        ),
    ]
    reason: ReasonCode
    note: str | None
    requested_at: datetime
    answered_at: datetime | None
    answer_code: Annotated[str | None, Field(description="ISO 20022", examples=["CUST"])]
    answer: Annotated[str | None, Field(description="Why the bank refuses, in words")]
    return_id: Annotated[UUID | None, Field(description="The payment that brought the money")]
    is_overdue: Annotated[
        bool,
        Field(description="The bank was asked about it in vain for long; somebody looks into it"),
    ]

    @classmethod
    def of(cls, recall: Recall, language: Language) -> "RecallOut":
        """Return the shape, in words of `language`."""
        return cls(
            id=recall.id,
            payment_id=recall.payment_id,
            status=recall.status.value,
            reason=recall.reason.value,
            note=recall.note,
            requested_at=recall.requested_at,
            answered_at=recall.answered_at,
            answer_code=recall.answer_code,
            answer=None if recall.answer is None else recall.answer.say(language),
            return_id=recall.return_id,
            is_overdue=recall.is_overdue,
        )


class RecallsOut(Shape):
    """The askings for a payment, the first one first; at most three."""

    items: list[RecallOut]


class OverdueRecallOut(Shape):
    """A recall that nobody answers, and the payment that it asks for."""

    recall: RecallOut
    payment: PaymentOut

    @classmethod
    def of(cls, overdue: OverdueRecall, language: Language) -> "OverdueRecallOut":
        """Return the shape, in words of `language`."""
        return cls(
            recall=RecallOut.of(overdue.recall, language),
            payment=PaymentOut.of(overdue.payment, language),
        )


class OverdueRecallsOut(Shape):
    """A page of them, the oldest first."""

    items: list[OverdueRecallOut]
    next: Annotated[str | None, Field(description="`after` of the next page; null: the last one")]


class NewRecallResolution(Shape):
    """From where it is known that the bank does not send the money back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "收款行来函：客户不同意退回"}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=500)]
