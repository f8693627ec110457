"""Shapes of `/api/v1/payments`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.payments.domain import (
    CREDITOR_NAME_LENGTH_MAX,
    END_TO_END_ID_LENGTH_MAX,
    END_TO_END_ID_PATTERN,
    REMITTANCE_LENGTH_MAX,
    PaymentOrder,
    Status,
    ToPay,
    Transfer,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.asking import Ask
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.ids import uuid_text
from tongbao.kernel.money import Money, format_minor
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


class ToPayOut(Shape):
    """What whoever pays at a wallet has to do."""

    model_config = ConfigDict(title="ToPay")

    address: Annotated[
        str | None,
        Field(
            description="Where they are sent to, and what a QR code holds that the wallet scans; "
            "null until the wallet has said it, which takes a moment"
        ),
    ]
    expires_at: Annotated[datetime, Field(description="Until when it can be paid")]


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
    to_pay: Annotated[
        ToPayOut | None,
        Field(description="Of a top-up from a wallet while somebody may pay it, read by its id"),
    ] = None

    @classmethod
    def of(
        cls, order: PaymentOrder, language: Language, to_pay: ToPay | None = None
    ) -> "PaymentOut":
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
            to_pay=None
            if to_pay is None
            else ToPayOut(address=to_pay.address, expires_at=to_pay.expires_at),
        )


def json_of_settled(order: Transfer) -> bytes:
    """Return what `PaymentOut.of` says of a transfer that was just settled without a fee, as JSON.

    To the byte, at a fifth of what making, checking and serialising that costs.
    """
    assert order.status is Status.SETTLED
    assert not order.fee_minor
    payment_id = uuid_text(order.id)
    currency = order.amount.currency
    nothing = f'{{"amount":"{format_minor(0, order.amount.scale)}","currency":"{currency}"}}'
    remittance = "null" if order.remittance is None else _quoted(order.remittance)
    return (
        f'{{"id":"{payment_id}","kind":"book_transfer","status":"settled","reason":null,'
        f'"debtor":{{"account_number":"{order.debtor_account_number}",'
        f'"name":{_quoted(order.debtor_name)},"bank_code":null}},'
        f'"creditor":{{"account_number":"{order.creditor_account_number}",'
        f'"name":{_quoted(order.creditor_name)},"bank_code":null}},'
        f'"amount":{{"amount":"{order.amount.text}","currency":"{currency}"}},'
        f'"end_to_end_id":{_quoted(order.end_to_end_id)},"remittance":{remittance},'
        f'"transaction_id":"{payment_id}","initiated_at":"{_instant(order.initiated_at)}",'
        f'"settled_at":null,"uetr":null,"original_id":null,"refunded":{nothing},"fee":{nothing},'
        '"to_pay":null}'
    ).encode()


_quoted = JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=1)  # a turn has one
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


class AskedStage(Shape):
    """So many of these people: everybody with one of the roles there, or the members named."""

    model_config = ConfigDict(title="HeadroomStage")

    required: Annotated[int, Field(description="How many of them", examples=[2])]
    roles: list[str]
    members: list[UUID]


class AskOut(Shape):
    """Amounts above those of the entry before, and who must agree to a payment of so much."""

    model_config = ConfigDict(title="HeadroomAsk")

    up_to: Annotated[MoneyField | None, Field(description="Inclusive; null: any amount")]
    of: Annotated[
        Literal["nobody", "second_person", "signatures"],
        Field(description="`second_person` approves a proposal; `signatures` are the policy's"),
    ]
    sequential: Annotated[bool, Field(description="Each stage waits for the one before")]
    stages: list[AskedStage]

    @classmethod
    def from_ask(cls, ask: Ask, *, approvers: list[str]) -> "AskOut":
        """Return the shape; `approvers` are the roles that approve proposals."""
        stages = []
        if ask.of == "second_person":
            stages = [AskedStage(required=1, roles=approvers, members=[])]
        elif ask.rule is not None:
            stages = [
                AskedStage(
                    required=each.required, roles=list(each.roles), members=list(each.members)
                )
                for each in ask.rule.stages
            ]
        sequential = ask.rule is not None and ask.rule.sequential
        return cls(up_to=ask.up_to, of=ask.of, sequential=sequential, stages=stages)


class HeadroomOut(Shape):
    """What the caller may still pay from an account today alone, and who must agree to more.

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
                    "asks": [
                        {
                            "up_to": {"amount": "50000.00", "currency": "CNY"},
                            "of": "nobody",
                            "sequential": False,
                            "stages": [],
                        },
                        {
                            "up_to": None,
                            "of": "signatures",
                            "sequential": False,
                            "stages": [{"required": 2, "roles": ["checker"], "members": []}],
                        },
                    ],
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
    asks: Annotated[
        list[AskOut],
        Field(
            description="Who must agree, by rising amounts; empty: the firm's policy lets nothing "
            "be paid in the account's currency"
        ),
    ]

    @classmethod
    def of(
        cls,
        able: Alone,
        asks: Sequence[Ask],
        *,
        approvers: list[str],
        account_id: UUID,
        day: date,
    ) -> "HeadroomOut":
        """Return the shape of what somebody may pay alone, and of who must agree to more."""
        return cls(
            account_id=account_id,
            business_date=day,
            per_payment=able.per_payment,
            per_day=able.per_day,
            paid_today=able.paid,
            left_today=able.left,
            asks=[AskOut.from_ask(each, approvers=approvers) for each in asks],
        )


class PaymentsOut(Shape):
    """A page of payments, newest first."""

    items: list[PaymentOut]
    next: str | None
