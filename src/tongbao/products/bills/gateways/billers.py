"""The billers' service over HTTP, both ways signed: what it says is believed only if it is its own.

A request signs method, path, moment, nonce and the digest of its body by HMAC-SHA256 under a shared
secret; an answer signs the nonce, its status and its digest, refusals as well. An answer without
the right signature is no answer: a payment it was about is unknown.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeVar
from uuid import UUID

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bills.domain.answers import (
    Answer,
    BillersUnavailable,
    BillerUntrustworthy,
    Found,
    OpenBill,
    Told,
    UnknownCustomer,
)
from tongbao.products.bills.domain.billers import (
    NUMBER_DIGITS_MAX,
    NUMBER_DIGITS_MIN,
    BillCategory,
    Biller,
)

log = structlog.get_logger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)

CURRENCY: Final = "CNY"
BYTES_MAX: Final = 256 * 1024
BILLERS_MAX: Final = 5_000
BILLS_MAX: Final = 50
UNKNOWN_CUSTOMER: Final = "billers.unknown_customer"
UNKNOWN_PAYMENT: Final = "billers.unknown_payment"
REFUSALS: Final = frozenset(
    {"billers.already_paid", "billers.amount_differs", "billers.unknown_bill"}
)
"""What is said of a payment that was not taken, and never will be. Anything else is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a request may take."""

    connect_seconds_max: float = 3.0
    read_seconds_max: float = 8.0
    total_seconds_max: float = 20.0


class _Wire(BaseModel):
    """Strict about what we read; members we do not know are neither read nor kept."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Listed(_Wire):
    code: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    kind: str
    name: str = Field(min_length=1, max_length=100)
    name_en: str = Field(min_length=1, max_length=100)
    number_label: str = Field(min_length=1, max_length=40)
    number_label_en: str = Field(min_length=1, max_length=40)
    digits: int = Field(ge=NUMBER_DIGITS_MIN, le=NUMBER_DIGITS_MAX)
    region: str = Field(pattern=r"^[0-9]{6}$")
    region_name: str = Field(min_length=1, max_length=40)
    region_name_en: str = Field(min_length=1, max_length=40)

    def biller(self) -> Biller:
        return Biller(
            code=self.code,
            category=BillCategory(self.kind),
            name=Text(zh=self.name, en=self.name_en),
            number_label=Text(zh=self.number_label, en=self.number_label_en),
            number_digits=self.digits,
            region=self.region,
            region_name=Text(zh=self.region_name, en=self.region_name_en),
        )


class _Directory(_Wire):
    billers: list[_Listed] = Field(min_length=1, max_length=BILLERS_MAX)


class _Bill(_Wire):
    reference: str = Field(pattern=r"^[0-9A-Za-z-]{1,64}$")
    period: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,20}$")
    amount: str = Field(pattern=r"^(0|[1-9][0-9]{0,8})\.[0-9]{2}$")
    due_on: date = Field(strict=False)

    def bill(self) -> OpenBill:
        amount = Money.parse(self.amount, CURRENCY)
        if amount.minor <= 0:
            raise BillerUntrustworthy
        return OpenBill(self.reference, self.period, amount, self.due_on)


class _Bills(_Wire):
    customer_number: str
    customer_name: str = Field(min_length=1, max_length=40)
    bills: list[_Bill] = Field(max_length=BILLS_MAX)


class _Paid(_Wire):
    payment_id: UUID = Field(strict=False)
    bill_reference: str
    amount: str
    receipt_number: str = Field(pattern=r"^[0-9A-Za-z-]{1,64}$")


class _Problem(_Wire):
    code: str = Field(pattern=r"^[a-z_.]{1,80}$")


class _NotSentError(Exception):
    """No connection came about: nothing was sent."""


class _LostError(Exception):
    """Something was sent, and nothing came that could be trusted."""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return self.status == httpx2.codes.OK

    @property
    def code(self) -> str | None:
        """Return the code of a refusal; None of what is none."""
        try:
            return _Problem.model_validate_json(self.body).code
        except ValidationError:
            return None


class BillersGateway:
    """Talks to the billers; holds no state of payments and sends nothing twice by itself."""

    def __init__(
        self,
        *,
        base_url: str,
        secret: str,
        clock: Callable[[], datetime],
        patience: Patience | None = None,
    ) -> None:
        self._base = httpx2.URL(base_url.rstrip("/"))
        self._secret = secret.encode()
        self._clock = clock
        self._patience = patience or Patience()
        self._tls = ssl.create_default_context()

    async def billers(self) -> list[Biller]:
        """Return everybody who sends bills. Raises `BillersUnavailable`, `BillerUntrustworthy`.

        A category we do not know is left out.
        """
        found = _read(await self._asked("GET", "/v1/billers"), _Directory)
        known = {each.value for each in BillCategory}
        return [each.biller() for each in found.billers if each.kind in known]

    async def bills(self, biller: str, number: str) -> Found:
        """Return what a customer of a biller has not paid.

        Raises `UnknownCustomer`, `BillersUnavailable`, `BillerUntrustworthy`.
        """
        path = f"/v1/billers/{biller}/bill-queries"
        reply = await self._asked("POST", path, {"customer_number": number})
        if reply.code == UNKNOWN_CUSTOMER:
            raise UnknownCustomer
        found = _read(reply, _Bills)
        bills = tuple(each.bill() for each in found.bills)
        if found.customer_number != number or len({each.reference for each in bills}) < len(bills):
            raise BillerUntrustworthy
        return Found(found.customer_name, bills)

    async def tell(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        """Tell that a bill was paid, once; a time-out or a broken answer is an `Answer` too."""
        body = {"bill_reference": reference, "amount": amount.text}
        try:
            reply = await self._say("PUT", f"/v1/payments/{payment_id}", body)
        except _NotSentError:
            return Answer(Told.NOT_SENT)
        except _LostError:
            return Answer(Told.UNKNOWN)
        if reply.code in REFUSALS:
            return Answer(Told.REFUSED, code=reply.code)
        return _taken(reply, payment_id, reference, amount)

    async def inquire(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        """Ask what became of a payment."""
        try:
            reply = await self._say("GET", f"/v1/payments/{payment_id}", None)
        except (_NotSentError, _LostError):
            return Answer(Told.UNKNOWN)
        if reply.status == httpx2.codes.NOT_FOUND and reply.code == UNKNOWN_PAYMENT:
            return Answer(Told.NEVER_CAME)
        return _taken(reply, payment_id, reference, amount)

    async def _asked(
        self, method: Literal["GET", "POST"], path: str, body: Mapping[str, str] | None = None
    ) -> _Reply:
        try:
            return await self._say(method, path, body)
        except _NotSentError:
            raise BillersUnavailable from None
        except _LostError as lost:
            untrusted = str(lost) == "signature"
            raise (BillerUntrustworthy if untrusted else BillersUnavailable) from None

    async def _say(self, method: str, path: str, body: Mapping[str, str] | None) -> _Reply:
        """Send one request, once. Raises `_NotSentError`, `_LostError`."""
        try:
            async with asyncio.timeout(self._patience.total_seconds_max):
                return await self._send(method, path, body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            log.warning("billers_not_reached", cause=type(error).__name__)
            raise _NotSentError from None
        except (TimeoutError, httpx2.TransportError, httpx2.DecodingError) as error:
            log.warning("billers_lost", cause=type(error).__name__)
            raise _LostError(type(error).__name__) from None
        except _LostError as lost:
            log.warning("billers_lost", cause=str(lost))
            raise

    async def _send(self, method: str, path: str, body: Mapping[str, str] | None) -> _Reply:
        content = b"" if body is None else json.dumps(body).encode()
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}{path}")
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        signed = self._mac(method, url.path, timestamp, nonce, _digest(content))
        headers = {"X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signed}
        if body is not None:
            headers["Content-Type"] = "application/json"
        timeout = httpx2.Timeout(
            self._patience.read_seconds_max, connect=self._patience.connect_seconds_max
        )
        async with (
            httpx2.AsyncClient(
                timeout=timeout, verify=self._tls, follow_redirects=False, trust_env=False
            ) as client,
            client.stream(method, url, content=content, headers=headers) as response,
        ):
            read = bytearray()
            async for chunk in response.aiter_bytes():
                read += chunk
                if len(read) > BYTES_MAX:
                    msg = "too many bytes"
                    raise _LostError(msg)
            reply = _Reply(response.status_code, bytes(read))
            theirs = response.headers.get("X-Signature", "")
        ours = self._mac(nonce, str(reply.status), _digest(reply.body))
        if not hmac.compare_digest(ours.encode(), theirs.encode()):
            raise _LostError(
                "signature" if reply.ok else f"HTTP {reply.status} without a signature"
            )
        return reply

    def _mac(self, *parts: str) -> str:
        return hmac.digest(self._secret, "\n".join(parts).encode(), "sha256").hex()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(reply: _Reply, shape: type[Shape]) -> Shape:
    if not reply.ok:
        raise BillersUnavailable
    try:
        return shape.model_validate_json(reply.body)
    except ValidationError:
        raise BillerUntrustworthy from None


def _taken(reply: _Reply, payment_id: UUID, reference: str, amount: Money) -> Answer:
    """Return that a payment was taken if the answer says so of this very payment."""
    if not reply.ok:
        return Answer(Told.UNKNOWN, code=reply.code)
    try:
        paid = _Paid.model_validate_json(reply.body)
    except ValidationError:
        return Answer(Told.UNKNOWN)
    if (paid.payment_id, paid.bill_reference, paid.amount) != (payment_id, reference, amount.text):
        return Answer(Told.UNKNOWN)
    return Answer(Told.TAKEN, receipt_number=paid.receipt_number)
