"""One channel at work: its book, its merchant, its faults, and the messages it sends."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from secrets import randbelow, token_bytes
from typing import Annotated, Final
from uuid import UUID

import httpx2
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox.channels import signing
from tongbao_sandbox.channels.book import Book, Direction, Payment, Status
from tongbao_sandbox.channels.faults import ChannelFault, ChannelFaults, ChannelName
from tongbao_sandbox.channels.recalls import Recalls
from tongbao_sandbox.clock import now

FINAL: Final = frozenset((Status.SETTLED, Status.REJECTED, Status.CLOSED))
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SECONDS_MAX: Final = 5.0
CODE_LASTS: Final = timedelta(minutes=1)


class Merchant(BaseModel):
    """Who has the channel's contract: a secret for the card network, a public key elsewhere."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,32}$", examples=["tongbao"])]
    secret: Annotated[str, Field(max_length=200)] = ""
    public_key: Annotated[str, Field(max_length=5_000, description="PEM")] = ""
    notify_url: Annotated[str, Field(max_length=500, description="Where the bank is told")] = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a message to the merchant says; final or not yet."""

    payment: Payment
    status: Status
    amount: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message to the merchant as it goes over the wire."""

    url: str
    headers: dict[str, str]
    body: bytes
    is_accepted: Callable[[httpx2.Response], bool]


class Desk:
    """The state of one channel."""

    def __init__(self, name: ChannelName, faults: ChannelFaults) -> None:
        self.name: ChannelName = name
        self.book = Book(prefix={"card": "C", "wallet-a": "A", "wallet-b": "W"}.get(name, "B"))
        self.recalls = Recalls()
        self.address = ""  # where it is reached, as somebody has reached it
        self.merchant: Merchant | None = None
        self._faults = faults
        self._stalls: dict[str, int] = {}
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def page_of(self, payment: Payment) -> str:
        """Return where a person pays a trade or refuses it."""
        return f"{self.address}/pay/{payment.number}"

    def show_code(self, customer: str) -> str:
        """Return the code a customer shows at a till: good for a minute, once."""
        code = f"28{randbelow(10**16):016d}"
        self._codes[code] = (customer, now())
        return code

    def take_code(self, code: str) -> str | None:
        """Return who showed a code, unless it was taken or is too old."""
        customer, since = self._codes.pop(code, (None, now()))
        return customer if now() - since <= CODE_LASTS else None

    @property
    def merchant_key(self) -> signing.PublicKey | None:
        """Return what checks the merchant's signatures."""
        if self.merchant is None or not self.merchant.public_key:
            return None
        return signing.public_key(self.merchant.public_key)

    def outcome_fault(self) -> ChannelFault | None:
        """Return what strikes what is decided about this request."""
        return self._faults.outcome(self.name)

    def request_fault(self) -> ChannelFault | None:
        """Return what strikes the answer to this request."""
        return self._faults.request(self.name)

    def work_off(self, payment: Payment) -> None:
        """Settle a payment, unless a fault rejects it or lets it wait to be inquired after."""
        fault = self._faults.outcome(self.name)
        if fault is None:
            self.book.settle(payment, at=now())
        elif fault.kind == "reject":
            self.book.reject(payment, fault.reason)
        else:
            self._stalls[payment.reference] = fault.inquiries

    def inquire(self, reference: str) -> Payment | None:
        """Return a payment; one that was let wait gets done by being inquired after."""
        payment = self.book.find(reference)
        if payment is not None and reference in self._stalls:
            self._stalls[reference] -= 1
            if self._stalls[reference] <= 0:
                del self._stalls[reference]
                self.book.settle(payment, at=now())
        return payment

    def tell(self, payment: Payment, make: Callable[[Told, bool], Message]) -> None:
        """Tell the merchant what has become of a payment, as often as it takes, from now on.

        `make` writes the message; False asks for one whose signature is none.
        """
        if payment.status in FINAL:
            task = asyncio.get_running_loop().create_task(self._tell(payment, make))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def telling(self) -> int:
        """Return how many messages the merchant has not taken yet, and still may."""
        return len(self._tasks)

    def lines(self, day: date) -> Iterator[Payment]:
        """Return the payments of a settlement file, with what faults make of them."""
        for payment in self.book.settled_on(day):
            fault = self._faults.file(self.name)
            match fault.kind if fault is not None else None:
                case "missing_line":
                    continue
                case "changed_line":
                    yield replace(payment, amount=payment.amount + 1)
                case "doubled_line":
                    yield from (payment, payment)
                case "extra_line":
                    number = self.book.new_number()
                    yield from (payment, replace(payment, number=number, reference=f"X{number}"))
                case _:
                    yield payment

    async def _tell(self, payment: Payment, make: Callable[[Told, bool], Message]) -> None:
        told = Told(payment, payment.status, payment.amount)
        fault = self._faults.callback(self.name)
        kind = None if fault is None else fault.kind
        if fault is not None and kind == "late_callback":
            await asyncio.sleep(fault.seconds)
        messages = {
            "no_callback": [],
            "duplicate_callback": [make(told, True), make(told, True)],
            "stale_callback": [
                make(told, True), make(replace(told, status=Status.PROCESSING), True),
            ],
            "wrong_amount": [make(replace(told, amount=told.amount + 1), True), make(told, True)],
            "wrong_signature": [make(told, False), make(told, True)],
        }.get(str(kind), [make(told, True)])  # fmt: skip
        async with httpx2.AsyncClient(timeout=SECONDS_MAX, trust_env=False) as client:
            for place, message in enumerate(messages):
                # What is meant to be refused is sent once; the truth until it is taken.
                await self._send(client, message, until_taken=place == len(messages) - 1)

    async def _send(
        self, client: httpx2.AsyncClient, message: Message, *, until_taken: bool
    ) -> None:
        for pause in PAUSES if until_taken else PAUSES[:1]:
            try:
                answer = await client.post(
                    message.url, content=message.body, headers=message.headers
                )
            except httpx2.HTTPError:
                pass
            else:
                if message.is_accepted(answer):
                    return
            if until_taken:
                await asyncio.sleep(pause)


class Desks:
    """The desks of all channels."""

    def __init__(self) -> None:
        self.faults = ChannelFaults()
        names: Iterable[ChannelName] = ("card", "wallet-a", "wallet-b", "bank")
        self._desks = {name: Desk(name, self.faults) for name in names}

    def of(self, name: ChannelName) -> Desk:
        """Return the desk of a channel."""
        return self._desks[name]


def desk(request: Request, name: ChannelName) -> Desk:
    """Return the desk a request goes to."""
    desks: Desks = request.app.state.channels
    found = desks.of(name)
    found.address = f"{request.base_url}channels/{name}"
    return found


def new_uuid() -> UUID:
    """Return a random UUID (version 4), as a UETR is."""
    return UUID(bytes=token_bytes(16), version=4)


def new_payment(
    at_desk: Desk,
    *,
    reference: str,
    direction: Direction,
    amount: int,
    account: str,
    name: str = "",
    original: str | None = None,
    remittance: str = "",
    notify_url: str | None = None,
    currency: str = "CNY",
) -> Payment:
    """Return a payment as it comes in; nothing is moved yet."""
    return Payment(
        number=at_desk.book.new_number(),
        reference=reference,
        direction=direction,
        amount=amount,
        currency=currency,
        account=account,
        name=name,
        created_at=now(),
        original=original,
        remittance=remittance,
        notify_url=notify_url,
    )
