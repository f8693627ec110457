"""What tests and the demo say to the channels: who the merchant is, what goes wrong, who pays."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox import problems
from tongbao_sandbox.channels import signing
from tongbao_sandbox.channels.book import Direction, Payment, Status
from tongbao_sandbox.channels.desk import Desks, Merchant
from tongbao_sandbox.channels.faults import ChannelFault, ChannelName
from tongbao_sandbox.problems import Problem, Refused

BAD_KEY = Problem("channels.bad_key", 422, "公钥无法识别", "The public key cannot be read")

router = APIRouter(
    prefix="/sandbox/channels",
    tags=["channels"],
    responses={422: problems.described("Not such a request")},
)


class Customer(BaseModel):
    """A customer of a channel; without a name any is accepted."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(max_length=140)] = None
    balance_minor: Annotated[int | None, Field(strict=True, ge=0, le=10**15)] = None


class Seen(BaseModel):
    """One payment as the channel knows it."""

    number: str
    reference: str
    direction: Direction
    status: Status
    amount_minor: int
    currency: str
    account: str
    original: str | None
    code: str
    created_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> "Seen":
        """Return the shape of a payment."""
        return cls(
            number=payment.number,
            reference=payment.reference,
            direction=payment.direction,
            status=payment.status,
            amount_minor=payment.amount,
            currency=payment.currency,
            account=payment.account,
            original=payment.original,
            code=payment.code,
            created_at=payment.created_at,
            settled_at=payment.settled_at,
        )


class Truth(BaseModel):
    """All that a channel has done, and what it owes the merchant for it."""

    owed_minor: int
    telling: int  # how many messages the merchant has not taken yet
    payments: list[Seen]


@router.put("/{channel}/merchant")
async def put_merchant(request: Request, channel: ChannelName, merchant: Merchant) -> Merchant:
    """Say who the merchant is and what checks its signatures."""
    if merchant.public_key:
        try:
            signing.public_key(merchant.public_key)
        except ValueError:
            raise Refused(BAD_KEY) from None
    _desks(request).of(channel).merchant = merchant
    return merchant


@router.get("/{channel}/key")
async def get_key(channel: Literal["wallet-a", "wallet-b", "bank"]) -> dict[str, str]:
    """Return what checks the channel's own signatures."""
    key = signing.ed25519_key() if channel == "bank" else signing.rsa_key()
    return {"public_key": signing.pem(key.public_key())}


@router.put("/{channel}/faults")
async def put_faults(
    request: Request, channel: ChannelName, faults: list[ChannelFault]
) -> list[ChannelFault]:
    """Make a channel misbehave; an empty list ends it."""
    _desks(request).faults.put(channel, faults)
    return faults


@router.put("/{channel}/customers/{account}", status_code=204)
async def put_customer(
    request: Request, channel: ChannelName, account: str, customer: Customer
) -> Response:
    """Say who holds an account with the channel and what is on it."""
    book = _desks(request).of(channel).book
    book.know(account, name=customer.name, balance=customer.balance_minor)
    return Response(status_code=204)


@router.get("/{channel}/customers/{account}")
async def get_customer(request: Request, channel: ChannelName, account: str) -> Customer:
    """Return who holds an account and what is on it."""
    book = _desks(request).of(channel).book
    return Customer(name=book.holder(account), balance_minor=book.balance(account))


@router.get("/{channel}/payments")
async def get_payments(request: Request, channel: ChannelName) -> Truth:
    """Return all that the channel has done."""
    desk = _desks(request).of(channel)
    payments = desk.book.all()
    return Truth(
        telling=desk.telling,
        owed_minor=sum(each.owed for each in payments),
        payments=[Seen.of(each) for each in payments],
    )


def _desks(request: Request) -> Desks:
    desks: Desks = request.app.state.channels
    return desks
