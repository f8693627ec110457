"""Shapes of the payee book, of name checks and of paying with one click."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from tongbao.core.payments.domain import (
    CREDITOR_NAME_LENGTH_MAX,
    END_TO_END_ID_LENGTH_MAX,
    END_TO_END_ID_PATTERN,
    REMITTANCE_LENGTH_MAX,
)
from tongbao.core.payments.domain.names import WORDS, NameCheck
from tongbao.core.payments.domain.payees import (
    ACCOUNT_NUMBER_PATTERN,
    BANK_CODE_PATTERN,
    GROUPS_MAX,
    LABEL_LENGTH_MAX,
    OneClick,
    SavedPayee,
)
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

Number = Annotated[str, Field(pattern=ACCOUNT_NUMBER_PATTERN, description="The payee's account")]
Name = Annotated[str, Field(min_length=1, max_length=CREDITOR_NAME_LENGTH_MAX)]
BankCode = Annotated[
    str | None,
    Field(
        pattern=BANK_CODE_PATTERN,
        description="CNAPS code or BIC of another bank; left out for an account here",
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH_MAX)]
Groups = Annotated[list[Label], Field(max_length=GROUPS_MAX, description="Words to find payees by")]
_PAYEE: Final[dict[str, JsonValue]] = {
    "party_id": EXAMPLE_ID,
    "name": "华东建材有限公司",
    "account_number": "9900010000000000026",
    "nickname": "水泥供应商",
    "groups": ["供应商"],
}


class NameCheckIn(Shape):
    """A name and the account it might be of."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": EXAMPLE_ID,
                    "account_number": "9900010000000000026",
                    "name": "华东建材有限公司",
                }
            ]
        }
    )

    party_id: Annotated[UUID, Field(description="Who means to pay; one's own party")]
    account_number: Number
    name: Name
    bank_code: BankCode = None


class NameCheckOut(Shape):
    """How near the name is to the one the account is held under, which is not told."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"result": "match", "text": "户名与账号一致"}]}
    )

    result: Annotated[
        NameCheck,
        Field(
            description="`no_match` also where there is no such account; `not_checked` where "
            "another bank has it and does not tell"
        ),
    ]
    text: Annotated[str, Field(description="What it means, to be shown")]

    @classmethod
    def of(cls, found: NameCheck, language: Language) -> "NameCheckOut":
        """Return the shape, in words of `language`."""
        return cls(result=found, text=WORDS[found].say(language))


class NewPayee(Shape):
    """A payee for a party's book."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYEE]})

    party_id: Annotated[UUID, Field(description="Whose book; one's own party")]
    name: Name
    account_number: Number
    bank_code: BankCode = None
    nickname: Label | None = None
    groups: Groups = Field(default_factory=list)


class PayeeWords(Shape):
    """What a payee is found by; what is left out is taken away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"nickname": "水泥供应商", "groups": ["供应商"]}]}
    )

    nickname: Label | None = None
    groups: Groups = Field(default_factory=list)


class PayeeOut(Shape):
    """A payee in a party's book."""

    model_config = ConfigDict(
        title="Payee",
        json_schema_extra={
            "examples": [
                {
                    **_PAYEE,
                    "id": EXAMPLE_ID,
                    "bank_code": None,
                    "saved_at": "2026-11-20T02:00:00Z",
                    "confirmed_at": "2026-11-20T02:01:00Z",
                    "cooled_from": "2026-11-21T02:01:00Z",
                }
            ]
        },
    )

    id: UUID
    party_id: UUID
    name: str
    account_number: str
    bank_code: str | None
    nickname: str | None
    groups: list[str]
    saved_at: datetime
    confirmed_at: Annotated[
        datetime | None, Field(description="Since when payments to it need no confirmation")
    ]
    cooled_from: Annotated[
        datetime | None, Field(description="From when on large payments go to it")
    ]

    @classmethod
    def of(cls, payee: SavedPayee) -> "PayeeOut":
        """Return the shape of a payee."""
        return cls(
            id=payee.id,
            party_id=payee.party_id,
            name=payee.name,
            account_number=payee.account_number,
            bank_code=payee.bank_code,
            nickname=payee.nickname,
            groups=list(payee.groups),
            saved_at=payee.saved_at,
            confirmed_at=payee.confirmed_at,
            cooled_from=payee.cooled_from,
        )


class PayeesOut(Shape):
    """A page of payees, the newest first."""

    items: list[PayeeOut]
    next: str | None


class OneClickPayment(Shape):
    """A payment with one click: how much, from which account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debtor_account_id": EXAMPLE_ID,
                    "amount": {"amount": "35.00", "currency": "CNY"},
                    "remittance": "午餐",
                }
            ]
        }
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    amount: MoneyField
    remittance: Annotated[str | None, Field(max_length=REMITTANCE_LENGTH_MAX)] = None
    end_to_end_id: Annotated[
        str | None,
        Field(min_length=1, max_length=END_TO_END_ID_LENGTH_MAX, pattern=END_TO_END_ID_PATTERN),
    ] = None


class OneClickIn(Shape):
    """How much a party pays with one click; one currency."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": EXAMPLE_ID,
                    "per_payment": {"amount": "200.00", "currency": "CNY"},
                    "per_day": {"amount": "1000.00", "currency": "CNY"},
                }
            ]
        }
    )

    party_id: Annotated[UUID, Field(description="Whose; one's own party")]
    per_payment: MoneyField
    per_day: Annotated[MoneyField, Field(description="Of a business day")]


class OneClickOut(Shape):
    """How much a party pays with one click, and what is left of it."""

    model_config = ConfigDict(title="OneClick")

    party_id: UUID
    enabled: Annotated[bool, Field(description="Whether anything is; if not, all sums are zero")]
    per_payment: MoneyField
    per_day: MoneyField
    used_today: MoneyField
    left: Annotated[MoneyField, Field(description="The most of a payment now")]

    @classmethod
    def of(cls, allowed: OneClick) -> "OneClickOut":
        """Return the shape."""
        return cls(
            party_id=allowed.party_id,
            enabled=allowed.is_on,
            per_payment=allowed.per_payment,
            per_day=allowed.per_day,
            used_today=allowed.used_today,
            left=allowed.left,
        )
