"""Shapes of `/api/v1/payments`."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.payments.domain import (
    CREDITOR_NAME_LENGTH_MAX,
    END_TO_END_ID_LENGTH_MAX,
    END_TO_END_ID_PATTERN,
    REMITTANCE_LENGTH_MAX,
    PaymentOrder,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

# Written out: enumerations of many modules have the same names, and schemas may not.
KindWord = Literal[
    "book_transfer",
    "credit_transfer",
    "top_up",
    "withdrawal",
    "refund",
    "incoming",
    "return",
    "verification",
]
StatusWord = Literal[
    "created",
    "awaiting_approval",
    "screened",
    "reserved",
    "sent",
    "unknown",
    "settled",
    "rejected",
    "returned",
    "cancelled",
]


class NewTransfer(Shape):
    """A transfer to another account of this bank."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debtor_account_id": EXAMPLE_ID,
                    "creditor_account_number": "9900010000000000026",
                    "creditor_name": "华东建材有限公司",
                    "amount": {"amount": "1250.00", "currency": "CNY"},
                    "remittance": "11月货款",
                    "end_to_end_id": "INV-2026-0042",
                }
            ]
        }
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    creditor_account_number: Annotated[
        str, Field(pattern=r"^[0-9]{8,34}$", description="The account that receives")
    ]
    creditor_name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=CREDITOR_NAME_LENGTH_MAX,
            description="Must be the name the account is held under",
        ),
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
            description="Your reference (ISO 20022 EndToEndId), unique among the settled payments "
            "of the account; made up if left out",
        ),
    ] = None


class PartyAccount(Shape):
    """One side of a payment; of a card only its first and last digits are shown."""

    account_number: str
    name: str
    bank_code: Annotated[str | None, Field(description="Null: with this bank, or a card")] = None


class RejectionOut(Shape):
    """Why a payment was rejected."""

    code: Annotated[str, Field(examples=["payments.creditor_name_mismatch"])]
    iso_code: Annotated[str, Field(description="ISO 20022 status reason", examples=["BE01"])]
    text: str


class PaymentOut(Shape):
    """A payment order and where it stands."""

    id: UUID
    kind: KindWord
    status: Annotated[
        StatusWord,
        Field(
            description="`settled`, `rejected`, `returned` and `cancelled` are final, but that a "
            "settled one may come back; `unknown`: the channel is asked until it tells"
        ),
    ]
    reason: RejectionOut | None
    debtor: PartyAccount
    creditor: PartyAccount
    amount: MoneyField
    end_to_end_id: str
    remittance: str | None
    transaction_id: Annotated[UUID | None, Field(description="In the ledger")]
    initiated_at: datetime
    settled_at: datetime | None
    uetr: Annotated[UUID | None, Field(description="Unique end-to-end transaction reference")]
    original_id: Annotated[UUID | None, Field(description="Of a refund or return: of what")]
    refunded: Annotated[MoneyField, Field(description="How much of it went back")]
    fee: Annotated[
        MoneyField,
        Field(
            description="What it costs, tax included; on top of the amount, of a top-up out of "
            "what arrives; nothing where it was not made"
        ),
    ]

    @classmethod
    def of(cls, order: PaymentOrder, language: Language) -> "PaymentOut":
        """Return the shape of an order, its reason in words of `language`."""
        reason = order.reason
        return cls(
            id=order.id,
            kind=order.kind.value,
            status=order.status.value,
            reason=None
            if reason is None
            else RejectionOut(
                code=reason.code,
                iso_code=reason.iso_code,
                text=reason.text.zh if language == "zh" else reason.text.en,
            ),
            debtor=PartyAccount(
                account_number=order.debtor_account_number,
                name=order.debtor_name,
                bank_code=order.debtor_bank_code,
            ),
            creditor=PartyAccount(
                account_number=order.creditor_account_number,
                name=order.creditor_name,
                bank_code=order.creditor_bank_code,
            ),
            amount=order.amount,
            end_to_end_id=order.end_to_end_id,
            remittance=order.remittance,
            transaction_id=order.transaction_id,
            initiated_at=order.initiated_at,
            settled_at=order.settled_at,
            uetr=order.uetr,
            original_id=order.original_id,
            refunded=Money(order.refunded_minor, order.amount.currency),
            fee=Money(order.fee_minor, order.amount.currency),
        )


class HeadroomOut(Shape):
    """What the caller may still pay from an account today without a second person.

    Null: any amount, as far as other limits and the account's money allow.
    """

    model_config = ConfigDict(
        title="Headroom",
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "business_date": "2026-11-20",
                    "per_payment": {"amount": "50000.00", "currency": "CNY"},
                    "per_day": {"amount": "200000.00", "currency": "CNY"},
                    "paid_today": {"amount": "30000.00", "currency": "CNY"},
                    "left_today": {"amount": "170000.00", "currency": "CNY"},
                }
            ]
        },
    )

    account_id: UUID
    business_date: Annotated[date, Field(description="In the bank's time zone; it ends the sum")]
    per_payment: Annotated[MoneyField | None, Field(description="The most of one payment")]
    per_day: Annotated[MoneyField | None, Field(description="The most of a business day")]
    paid_today: Annotated[MoneyField, Field(description="Paid alone in this business day")]
    left_today: Annotated[MoneyField | None, Field(description="What is left of the day's sum")]

    @classmethod
    def of(cls, able: Alone, *, account_id: UUID, day: date) -> "HeadroomOut":
        """Return the shape of what somebody may pay alone."""
        return cls(
            account_id=account_id,
            business_date=day,
            per_payment=able.per_payment,
            per_day=able.per_day,
            paid_today=able.paid,
            left_today=able.left,
        )


class PaymentsOut(Shape):
    """A page of payments, newest first."""

    items: list[PaymentOut]
    next: str | None
