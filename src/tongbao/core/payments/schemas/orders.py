"""Shapes of orders that leave the house."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.payments.domain import (
    BANK_CODE_PATTERN,
    CREDITOR_NAME_LENGTH_MAX,
    END_TO_END_ID_LENGTH_MAX,
    END_TO_END_ID_PATTERN,
    REMITTANCE_LENGTH_MAX,
)
from tongbao.core.payments.domain.history import Attempt, History, Transition
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.core.payments.schemas.paying import PaymentOut
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

_NOTE_LENGTH_MAX = 500


class NewCreditTransferIn(Shape):
    """A payment to an account at another bank."""

    model_config = ConfigDict(
        title="NewCreditTransfer",
        json_schema_extra={
            "examples": [
                {
                    "debtor_account_id": EXAMPLE_ID,
                    "creditor_account_number": "6222020200012345678",
                    "creditor_name": "北方钢铁有限公司",
                    "creditor_bank_code": "102100099996",
                    "amount": {"amount": "1250.00", "currency": "CNY"},
                    "remittance": "11月货款",
                    "end_to_end_id": "INV-2026-0043",
                }
            ]
        },
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    creditor_account_number: Annotated[
        str, Field(pattern=r"^[0-9A-Za-z]{4,34}$", description="At the other bank; or an IBAN")
    ]
    creditor_name: Annotated[str, Field(min_length=1, max_length=CREDITOR_NAME_LENGTH_MAX)]
    creditor_bank_code: Annotated[
        str,
        Field(pattern=BANK_CODE_PATTERN, description="CNAPS number (联行号, 12 digits) or BIC"),
    ]
    amount: MoneyField
    remittance: Annotated[
        str | None, Field(max_length=REMITTANCE_LENGTH_MAX, description="What it is for")
    ] = None
    end_to_end_id: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=END_TO_END_ID_LENGTH_MAX,
            pattern=END_TO_END_ID_PATTERN,
            description="Your reference, unique among the account's payments that are not refused",
        ),
    ] = None


class TransitionOut(Shape):
    """An arrow an order took; `by` null: the platform itself."""

    before: str | None
    after: str
    at: datetime
    by: UUID | None
    why: Annotated[str, Field(examples=["handed_to_channel"])]
    note: str | None
    attempt_id: UUID | None

    @classmethod
    def of(cls, arrow: Transition) -> "TransitionOut":
        """Return the shape of an arrow."""
        return cls(
            before=arrow.before,
            after=arrow.after,
            at=arrow.at,
            by=arrow.by,
            why=arrow.why,
            note=arrow.note,
            attempt_id=arrow.attempt_id,
        )


class RoutedOut(Shape):
    """A channel that was thought of, and why it was taken or left out."""

    channel: str
    why: str


class PaymentAttemptOut(Shape):
    """One try at a channel; `outcome` null: noted, and perhaps sent."""

    id: UUID
    channel: str
    operation: str
    reference: Annotated[str, Field(description="What the channel knows it by")]
    outcome: Literal["done", "not_done", "pending", "unknown"] | None
    channel_reference: str | None
    channel_code: str | None
    reason: str | None
    iso_code: str | None
    route: list[RoutedOut]
    prepared_at: datetime
    answered_at: datetime | None
    inquiries: int

    @classmethod
    def of(cls, attempt: Attempt, language: Language) -> "PaymentAttemptOut":
        """Return the shape of an attempt."""
        return cls.model_validate(
            {
                **{name: getattr(attempt, name) for name in cls.model_fields},
                "reason": None if attempt.reason is None else attempt.reason.say(language),
                "route": [
                    RoutedOut(channel=channel, why=why.say(language))
                    for channel, why in attempt.route
                ],
            }
        )


class PaymentHistoryOut(Shape):
    """An order with every arrow it took and every try at a channel, the first ones first."""

    model_config = ConfigDict(title="PaymentHistory")

    payment: PaymentOut
    transitions: list[TransitionOut]
    attempts: list[PaymentAttemptOut]

    @classmethod
    def of(cls, told: History, language: Language) -> "PaymentHistoryOut":
        """Return the shape of a history."""
        return cls(
            payment=PaymentOut.of(told.order, language),
            transitions=[TransitionOut.of(each) for each in told.transitions],
            attempts=[PaymentAttemptOut.of(each, language) for each in told.attempts],
        )


class NewResolution(Shape):
    """What is known by now of a payment that was unknown."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "executed", "reason": "通道运营电话确认,流水号 B000000000042"}]
        }
    )

    outcome: Annotated[
        Literal["executed", "not_executed"],
        Field(description="not_executed: certainly not, and it never will be"),
    ]
    reason: Annotated[
        str, Field(min_length=1, max_length=_NOTE_LENGTH_MAX, description="Who said so, and how")
    ]
