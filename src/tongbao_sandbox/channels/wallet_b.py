"""The second wallet: resources in JSON, requests signed in a header, messages encrypted.

Amounts are whole fen. A message's resource is encrypted by AES-256-GCM under the merchant's secret
(32 characters); its header is signed by the wallet's RSA key, as every answer is.
"""

import csv
import gzip
import io
import json
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from secrets import token_bytes, token_hex
from typing import Annotated, Any, Final, TypeVar

import httpx2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tongbao_sandbox import problems
from tongbao_sandbox.channels import faults, signing
from tongbao_sandbox.channels.book import ZONE, Direction, Payment, ReferenceReused, Status
from tongbao_sandbox.channels.desk import Desk, Message, Told, desk, new_payment
from tongbao_sandbox.clock import now

SCHEME: Final = "WALLETB-RSA2048"
FRESH_SECONDS: Final = 300
NONCE_BYTES: Final = 12
_ASSOCIATED: Final = b"transaction"
_STATE: Final = {
    Status.WAITING: "NOTPAY",
    Status.PROCESSING: "USERPAYING",
    Status.SETTLED: "SUCCESS",
    Status.REJECTED: "PAYERROR",
    Status.CLOSED: "CLOSED",
}
_AUTHORIZATION: Final = re.compile(
    rf'{SCHEME} mchid="([^"]{{1,32}})",nonce_str="([^"]{{1,64}})",timestamp="([0-9]{{10}})",'
    r'signature="([A-Za-z0-9+/=]{1,1024})"'
)

Shape = TypeVar("Shape", bound=BaseModel)
Reference = Annotated[str, Field(pattern="^[A-Za-z0-9-]{8,40}$")]
InPath = Annotated[str, Path(pattern="^[A-Za-z0-9-]{8,40}$")]

router = APIRouter(tags=["channel: wallet-b"])
v3 = APIRouter(
    prefix="/channels/wallet-b/v3",
    tags=["channel: wallet-b"],
    default_response_class=Response,
    responses=problems.ITS_OWN,
)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Amount(_Body):
    """Fen and their currency."""

    total: Annotated[int, Field(strict=True, ge=1, le=10**12)]
    currency: Annotated[str, Field(pattern="^CNY$")] = "CNY"


class Trade(_Body):
    """A trade to be paid by whoever scans its code, or by the customer who shows `auth_code`."""

    out_trade_no: Reference
    description: Annotated[str, Field(max_length=127)] = ""
    notify_url: Annotated[str | None, Field(max_length=500)] = None
    amount: Amount
    auth_code: Annotated[str | None, Field(max_length=32)] = None


class Refund(_Body):
    """A refund, whole or in part."""

    out_refund_no: Reference
    out_trade_no: Reference
    notify_url: Annotated[str | None, Field(max_length=500)] = None
    amount: Amount


class Transfer(_Body):
    """Money to a customer of the wallet."""

    out_bill_no: Reference
    openid: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{3,64}$")]
    user_name: Annotated[str, Field(max_length=64)] = ""
    notify_url: Annotated[str | None, Field(max_length=500)] = None
    amount: Amount


class _Failed(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


@v3.post("/pay/transactions/native")
async def native(request: Request) -> Response:
    """Make a trade and return the text of its QR code."""

    def work(at_desk: Desk, body: bytes) -> Response:
        trade = _read(Trade, body)
        known = at_desk.book.find(trade.out_trade_no)
        payer = known.account if known is not None else f"scan-{token_hex(6)}"
        payment, _ = _submit(at_desk, trade, account=payer)
        return _json({"code_url": at_desk.page_of(payment)})

    return await _carry(request, work)


@v3.post("/pay/transactions/codepay")
async def codepay(request: Request) -> Response:
    """Collect from the customer who shows a code."""

    def work(at_desk: Desk, body: bytes) -> Response:
        trade = _read(Trade, body)
        known = at_desk.book.find(trade.out_trade_no)
        payer = known.account if known else at_desk.take_code(trade.auth_code or "")
        if payer is None:
            raise _Failed(403, "AUTH_CODE_EXPIRED")
        payment, is_new = _submit(at_desk, trade, account=payer)
        return _done(at_desk, payment, is_new=is_new)

    return await _carry(request, work)


@v3.get("/pay/transactions/{reference}")
async def get_transaction(request: Request, reference: InPath) -> Response:
    """Tell where a trade, refund or transfer stands, by the merchant's number."""
    return await _carry(request, lambda at_desk, _: _json(_resource(_inquired(at_desk, reference))))


@v3.post("/pay/transactions/{reference}/close")
async def close(request: Request, reference: InPath) -> Response:
    """Let nobody pay a trade any more."""

    def work(at_desk: Desk, _: bytes) -> Response:
        payment = _inquired(at_desk, reference)
        if not at_desk.book.close(payment):
            raise _Failed(400, "ORDER_PAID")
        return Response(status_code=204, headers=_signature(b""))

    return await _carry(request, work)


@v3.post("/refunds")
async def refund(request: Request) -> Response:
    """Give back what was paid, whole or in part."""

    def work(at_desk: Desk, body: bytes) -> Response:
        asked = _read(Refund, body)
        original = at_desk.book.find(asked.out_trade_no)
        if original is None:
            raise _Failed(404, "ORDER_NOT_EXIST")
        payment, is_new = _take(
            at_desk,
            new_payment(
                at_desk,
                reference=asked.out_refund_no,
                direction=Direction.REFUND,
                amount=asked.amount.total,
                account=original.account,
                original=original.reference,
                notify_url=asked.notify_url,
            ),
        )
        return _done(at_desk, payment, is_new=is_new)

    return await _carry(request, work)


@v3.post("/transfers")
async def transfer(request: Request) -> Response:
    """Pay a customer of the wallet."""

    def work(at_desk: Desk, body: bytes) -> Response:
        asked = _read(Transfer, body)
        payment, is_new = _take(
            at_desk,
            new_payment(
                at_desk,
                reference=asked.out_bill_no,
                direction=Direction.PAYOUT,
                amount=asked.amount.total,
                account=asked.openid,
                name=asked.user_name,
                notify_url=asked.notify_url,
            ),
        )
        return _done(at_desk, payment, is_new=is_new)

    return await _carry(request, work)


@v3.get("/bills/{day}")
async def bill(request: Request, day: date) -> Response:
    """Return the bill of a day: CSV under gzip, each value behind a grave accent."""
    return await _carry(request, lambda at_desk, _: _file(at_desk, day))


@router.post("/sandbox/channels/wallet-b/codes")
async def show_code(request: Request, customer: str) -> dict[str, str]:
    """Return the code a customer shows at a till; good for a minute, once."""
    return {"auth_code": desk(request, "wallet-b").show_code(customer)}


async def _carry(request: Request, work: Callable[[Desk, bytes], Response]) -> Response:
    at_desk, body = desk(request, "wallet-b"), await request.body()

    def answered() -> Response:
        try:
            _check_signed(at_desk, request, body)
            return work(at_desk, body)
        except _Failed as failed:
            return _json({"code": failed.code, "message": failed.code.lower()}, failed.status)

    return await faults.meet(at_desk.request_fault(), answered)


def _check_signed(at_desk: Desk, request: Request, body: bytes) -> None:
    said = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if said is None or at_desk.merchant is None or said[1] != at_desk.merchant.id:
        raise _Failed(401, "SIGN_ERROR")
    content = f"{request.method}\n{request.url.path}\n{said[3]}\n{said[2]}\n".encode() + body
    fresh = abs(now().timestamp() - int(said[3])) <= FRESH_SECONDS
    if not fresh or not signing.is_signed(at_desk.merchant_key, content, said[4]):
        raise _Failed(401, "SIGN_ERROR")


def _read(shape: type[Shape], body: bytes) -> Shape:
    try:
        return shape.model_validate_json(body)
    except ValidationError:
        raise _Failed(400, "PARAM_ERROR") from None


def _submit(at_desk: Desk, trade: Trade, *, account: str) -> tuple[Payment, bool]:
    payment = new_payment(
        at_desk,
        reference=trade.out_trade_no,
        direction=Direction.COLLECT,
        amount=trade.amount.total,
        account=account,
        remittance=trade.description,
        notify_url=trade.notify_url,
    )
    payment.status = Status.WAITING
    return _take(at_desk, payment)


def _take(at_desk: Desk, payment: Payment) -> tuple[Payment, bool]:
    try:
        return at_desk.book.submit(payment)
    except ReferenceReused:
        raise _Failed(400, "OUT_TRADE_NO_USED") from None


def _done(at_desk: Desk, payment: Payment, *, is_new: bool) -> Response:
    if is_new:
        _work_off(at_desk, payment)
    return _json(_resource(payment))


def _work_off(at_desk: Desk, payment: Payment) -> None:
    at_desk.work_off(payment)
    tell(at_desk, payment)


def tell(at_desk: Desk, payment: Payment) -> None:
    """Tell the merchant what became of a payment, where it wanted to be told."""
    if payment.notify_url:
        at_desk.tell(payment, _notice(at_desk))


def _inquired(at_desk: Desk, reference: str) -> Payment:
    payment = at_desk.inquire(reference)
    if payment is None:
        raise _Failed(404, "ORDER_NOT_EXIST")
    return payment


def _resource(payment: Payment, told: Told | None = None) -> dict[str, Any]:
    status = payment.status if told is None else told.status
    return {
        "out_trade_no": payment.reference,
        "transaction_id": payment.number,
        "trade_state": _STATE[status],
        "fail_reason": payment.code.upper() if status is Status.REJECTED else "",
        "amount": {
            "total": payment.amount if told is None else told.amount,
            "currency": payment.currency,
        },
        "success_time": "" if payment.settled_at is None else payment.settled_at.isoformat(),
        "settle_date": str(payment.settled_on or ""),
    }


def _notice(at_desk: Desk) -> Callable[[Told, bool], Message]:
    def make(told: Told, signed: bool) -> Message:  # noqa: FBT001 - as the desk calls it
        assert told.payment.notify_url is not None
        secret = "" if at_desk.merchant is None else at_desk.merchant.secret
        nonce = token_bytes(NONCE_BYTES)
        plain = json.dumps(_resource(told.payment, told)).encode()
        sealed = AESGCM(sha256(secret.encode()).digest()).encrypt(nonce, plain, _ASSOCIATED)
        body = json.dumps(
            {
                "id": token_hex(16),
                "event_type": f"TRANSACTION.{_STATE[told.status]}",
                "resource": {
                    "algorithm": "AEAD_AES_256_GCM",
                    "associated_data": _ASSOCIATED.decode(),
                    "nonce": b64encode(nonce).decode(),
                    "ciphertext": b64encode(sealed).decode(),
                },
            }
        ).encode()
        return Message(
            url=told.payment.notify_url,
            headers={"Content-Type": "application/json"} | _signature(body, right=signed),
            body=body,
            is_accepted=lambda answer: httpx2.codes.is_success(answer.status_code),
        )

    return make


def _file(at_desk: Desk, day: date) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["完成时间", "钱包单号", "商户单号", "类型", "金额(分)", "原商户单号"])
    lines = list(at_desk.lines(day))
    for each in lines:
        assert each.settled_at is not None, "only what is settled is on a bill"
        values = (
            f"{each.settled_at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}", each.number, each.reference,
            each.direction.value.upper(), str(each.owed), each.original or "",
        )  # fmt: skip
        writer.writerow([f"`{value}" for value in values])
    writer.writerow(["总笔数", "总金额(分)"])
    writer.writerow([f"`{len(lines)}", f"`{sum(each.owed for each in lines)}"])
    body = gzip.compress(text.getvalue().encode(), mtime=0)
    return Response(body, media_type="application/gzip", headers=_signature(body))


def _json(content: dict[str, Any], status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status, media_type="application/json", headers=_signature(body))


def _signature(body: bytes, *, right: bool = True) -> dict[str, str]:
    timestamp, nonce = str(int(now().timestamp())), token_hex(16)
    content = f"{timestamp}\n{nonce}\n".encode() + body
    return {
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signing.sign(signing.rsa_key(), content if right else content + b"!"),
    }
