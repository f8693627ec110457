"""Shapes of payment links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.kernel.date_schema import IsoMoment
from tongbao.kernel.money_schema import CurrencyCode, MoneyField
from tongbao.products.collecting.domain.links import PAYMENTS_MAX, Link, LinkState
from tongbao.products.collecting.domain.views import PayPage
from tongbao.products.collecting.schemas.base import (
    EXAMPLE_ID,
    EXAMPLE_MONEY,
    Reference,
    Shape,
    Title,
)


class NewPaymentLink(Shape):
    """A link to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "title": "年会份子",
                    "amount": EXAMPLE_MONEY,
                    "payments_max": 20,
                    "expires_at": "2099-12-31T16:00:00Z",
                }
            ]
        }
    )

    account_id: Annotated[UUID, Field(description="Where the money goes; one's own")]
    title: Title
    amount: Annotated[MoneyField | None, Field(description="Left out: the payer says how much")] = (
        None
    )
    payments_max: Annotated[
        int | None,
        Field(ge=1, le=PAYMENTS_MAX, description="How often it may be paid; null: any number"),
    ] = 1
    expires_at: Annotated[IsoMoment, Field(description="A minute to 366 days from now")]
    reference: Reference = None


class PaymentLinkOut(Shape):
    """A payment link as its maker sees it."""

    model_config = ConfigDict(title="PaymentLink")

    id: UUID
    token: Annotated[str, Field(description="Of the public page: `/collecting/pages/{token}`")]
    party_id: UUID
    account_id: UUID
    till_id: Annotated[UUID | None, Field(description="Of a code for one sale")]
    title: str
    reference: str | None
    currency: CurrencyCode
    amount: MoneyField | None
    payments_max: int | None
    paid_count: int
    state: LinkState
    expires_at: datetime
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, link: Link, *, at: datetime) -> "PaymentLinkOut":
        """Return the shape of a link at a moment."""
        return cls(
            id=link.id,
            token=link.token,
            party_id=link.party_id,
            account_id=link.account_id,
            till_id=link.till_id,
            title=link.title,
            reference=link.reference,
            currency=link.currency,
            amount=link.amount,
            payments_max=link.payments_max,
            paid_count=link.paid_count,
            state=link.state_at(at),
            expires_at=link.expires_at,
            created_at=link.created_at,
            ended_at=link.ended_at,
        )


class PaymentLinksOut(Shape):
    """A page of payment links, newest first."""

    model_config = ConfigDict(title="PaymentLinks")

    items: list[PaymentLinkOut]
    next: str | None


class PayPageOut(Shape):
    """What anybody who has a link may read."""

    model_config = ConfigDict(title="PayPage")

    title: str
    payee_name: Annotated[str, Field(description="A person's is masked")]
    currency: CurrencyCode
    amount: Annotated[MoneyField | None, Field(description="Null: the payer says how much")]
    state: LinkState
    expires_at: datetime

    @classmethod
    def of(cls, page: PayPage) -> "PayPageOut":
        """Return the shape of a page."""
        return cls(
            title=page.link.title,
            payee_name=page.payee_name,
            currency=page.link.currency,
            amount=page.link.amount,
            state=page.state,
            expires_at=page.link.expires_at,
        )


class LinkPaymentIn(Shape):
    """How a link is paid."""

    model_config = ConfigDict(
        title="LinkPayment",
        json_schema_extra={
            "examples": [{"debtor_account_id": EXAMPLE_ID, "amount": EXAMPLE_MONEY}]
        },
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    amount: Annotated[
        MoneyField | None, Field(description="Where the link leaves it to the payer")
    ] = None
