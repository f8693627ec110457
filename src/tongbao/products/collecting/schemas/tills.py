"""Shapes of tills and of the codes that are scanned."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.kernel.money_schema import CurrencyCode, MoneyField
from tongbao.products.collecting.domain.links import Link
from tongbao.products.collecting.domain.pay_codes import CODE_PATTERN
from tongbao.products.collecting.domain.tills import (
    CITY_LENGTH_MAX,
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Till,
)
from tongbao.products.collecting.domain.views import Offer
from tongbao.products.collecting.schemas.base import (
    EXAMPLE_ID,
    EXAMPLE_MONEY,
    Reference,
    Shape,
    Title,
)

_EXAMPLE_CODE = (
    "00020101021126540014cn.tongbao.pay01320197c0de000070008000000000000001520454115303156"
    "5802CN5913JIANGNAN SHOP6008HANGZHOU64140002ZH0104江南小铺63048407"
)


class NewTill(Shape):
    """A till to be opened."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "name": "江南小铺",
                    "latin_name": "JIANGNAN SHOP",
                    "latin_city": "HANGZHOU",
                    "category_code": "5411",
                }
            ]
        }
    )

    account_id: Annotated[UUID, Field(description="Where the money goes; one's own")]
    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
    latin_name: Annotated[
        str,
        Field(min_length=1, max_length=NAME_LENGTH_MAX, description="Printable ASCII, for codes"),
    ]
    latin_city: Annotated[str, Field(min_length=1, max_length=CITY_LENGTH_MAX)]
    category_code: Annotated[
        str, Field(pattern=r"^[0-9]{4}$", description="Merchant category code (ISO 18245)")
    ]


class TillOut(Shape):
    """A till."""

    model_config = ConfigDict(title="Till")

    id: UUID
    party_id: UUID
    account_id: UUID
    currency: CurrencyCode
    name: str
    latin_name: str
    latin_city: str
    category_code: str
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, till: Till) -> "TillOut":
        """Return the shape of a till."""
        return cls(
            id=till.id,
            party_id=till.party_id,
            account_id=till.account_id,
            currency=till.currency,
            name=till.name,
            latin_name=till.latin_name,
            latin_city=till.latin_city,
            category_code=till.category_code,
            opened_at=till.opened_at,
            closed_at=till.closed_at,
        )


class TillsOut(Shape):
    """A page of tills, newest first."""

    model_config = ConfigDict(title="Tills")

    items: list[TillOut]
    next: str | None


class TillCodeOut(Shape):
    """The code that hangs at a till."""

    model_config = ConfigDict(title="TillCode")

    till_id: UUID
    code: Annotated[
        str,
        Field(
            description="To be shown as a QR code (EMVCo, merchant-presented mode)",
            examples=[_EXAMPLE_CODE],
        ),
    ]


class NewOrderCode(Shape):
    """One sale at a till."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"amount": EXAMPLE_MONEY, "title": "早餐", "reference": "A-1024"}]
        }
    )

    amount: MoneyField
    title: Title
    reference: Reference = None


class OrderCodeOut(Shape):
    """A code for one sale; `link_id` says whether it was paid."""

    model_config = ConfigDict(title="OrderCode")

    till_id: UUID
    link_id: UUID
    code: Annotated[str, Field(description="To be shown as a QR code, once")]
    amount: MoneyField
    expires_at: datetime

    @classmethod
    def of(cls, link: Link, code: str) -> "OrderCodeOut":
        """Return the shape of a sale's link and its code."""
        assert link.till_id is not None, "a sale's code is a till's"
        assert link.amount is not None, "and says how much"
        return cls(
            till_id=link.till_id,
            link_id=link.id,
            code=code,
            amount=link.amount,
            expires_at=link.expires_at,
        )


class ChargeIn(Shape):
    """A code that a payer showed, and how much is taken."""

    model_config = ConfigDict(
        title="Charge",
        json_schema_extra={
            "examples": [
                {
                    "code": "70123456789012345678",
                    "amount": EXAMPLE_MONEY,
                    "title": "早餐",
                    "reference": "A-1025",
                }
            ]
        },
    )

    code: Annotated[str, Field(pattern=CODE_PATTERN, description="As scanned")]
    amount: MoneyField
    title: Annotated[Title | None, Field(description="Left out: the till's name")] = None
    reference: Annotated[
        Reference, Field(description="Collected once at a till, so a repeated charge takes nothing")
    ] = None


ScannedCode = Annotated[
    str, Field(min_length=1, max_length=CODE_LENGTH_MAX, description="The text that was scanned")
]


class ScanIn(Shape):
    """What was scanned."""

    model_config = ConfigDict(
        title="Scan", json_schema_extra={"examples": [{"code": _EXAMPLE_CODE}]}
    )

    code: ScannedCode


class CodeOfferOut(Shape):
    """What a scanned code asks for."""

    model_config = ConfigDict(title="CodeOffer")

    kind: Annotated[
        Literal["till", "sale"], Field(description="Of a till: the payer says how much")
    ]
    till_name: str
    payee_name: Annotated[str, Field(description="A person's is masked")]
    currency: CurrencyCode
    amount: MoneyField | None
    title: str | None
    expires_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> "CodeOfferOut":
        """Return the shape of an offer."""
        link = offer.link
        return cls(
            kind="till" if link is None else "sale",
            till_name=offer.till.name,
            payee_name=offer.payee_name,
            currency=offer.till.currency,
            amount=offer.amount,
            title=None if link is None else link.title,
            expires_at=None if link is None else link.expires_at,
        )


class CodePaymentIn(Shape):
    """What was scanned, and how it is paid."""

    model_config = ConfigDict(
        title="CodePayment",
        json_schema_extra={
            "examples": [
                {"code": _EXAMPLE_CODE, "debtor_account_id": EXAMPLE_ID, "amount": EXAMPLE_MONEY}
            ]
        },
    )

    code: ScannedCode
    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    amount: Annotated[
        MoneyField | None, Field(description="Of a till's code; a sale's says it itself")
    ] = None
