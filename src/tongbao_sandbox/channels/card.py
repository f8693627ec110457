"""The card network: signed forms both ways, an answer at once, and a settlement file the day after.

Code 05 means that nobody can tell yet: the merchant must ask with `query` until it can.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from tongbao_sandbox import problems
from tongbao_sandbox.channels import faults, signing
from tongbao_sandbox.channels.book import Direction, Payment, ReferenceReused, Status
from tongbao_sandbox.channels.desk import Desk, desk, new_payment

FORM: Final = "application/x-www-form-urlencoded"
SIGNATURE: Final = "signature"
AMOUNT_MAX: Final = 10**12
CODES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("00", "成功"),
    "waiting": ("05", "处理中,请查询"),
    "malformed": ("10", "报文格式错误"),
    "bad_signature": ("11", "签名验证失败"),
    "reference_reused": ("12", "重复交易"),
    "unknown_card": ("14", "无效卡号"),
    "unknown_original": ("35", "原交易不存在"),
    "unknown_payment": ("34", "查无此交易"),
    "insufficient_funds": ("51", "余额不足"),
    "name_mismatch": ("56", "户名不符"),
    "over_limit": ("61", "超出金额限制"),
    "frozen": ("62", "卡片受限"),
    "refund_too_large": ("64", "退款金额超限"),
}
OTHER: Final = ("96", "系统故障")
_TYPES: Final = {"11": Direction.COLLECT, "12": Direction.PAYOUT, "04": Direction.REFUND}
_TYPE_OF: Final = {direction: code for code, direction in _TYPES.items()}

router = APIRouter(
    prefix="/channels/card/v1",
    tags=["channel: card"],
    default_response_class=Response,
    responses=problems.ITS_OWN,
)


class _Wrong(Exception):
    """The form is answered with a code and nothing else."""


@router.post("/pay")
async def pay(request: Request) -> Response:
    """Collect from a card (11), pay out to one (12), or refund (04); answered with a form."""
    at_desk = desk(request, "card")
    fields = signing.form(await request.body())
    return await faults.meet(
        at_desk.request_fault(), lambda: _answered(at_desk, fields, lambda: _pay(at_desk, fields))
    )


@router.post("/query")
async def query(request: Request) -> Response:
    """Tell what became of a payment, by the merchant's `orderId`."""
    at_desk = desk(request, "card")
    fields = signing.form(await request.body())
    return await faults.meet(
        at_desk.request_fault(),
        lambda: _answered(at_desk, fields, lambda: _query(at_desk, fields)),
    )


@router.post("/verify")
async def verify(request: Request) -> Response:
    """Tell whether a card is held under a name."""
    at_desk = desk(request, "card")
    fields = signing.form(await request.body())
    return await faults.meet(
        at_desk.request_fault(),
        lambda: _answered(at_desk, fields, lambda: _verify(at_desk, fields)),
    )


@router.post("/settlements")
async def settlements(request: Request) -> Response:
    """Return the file of a settlement day (`settleDate`, YYYYMMDD).

    A head `H|day|lines|net`, a line `D|orderId|queryId|txnType|amount` each, a trailer
    `T|lines|net`; amounts in fen, the net is what the network owes the merchant.
    """
    at_desk = desk(request, "card")
    fields = signing.form(await request.body())
    if not _is_signed(at_desk, fields):
        return _form(at_desk, _coded("bad_signature"))
    try:
        day = date.fromisoformat(fields.get("settleDate", ""))
    except ValueError:
        return _form(at_desk, _coded("malformed"))
    return await faults.meet(at_desk.request_fault(), lambda: _file(at_desk, day))


def _answered(
    at_desk: Desk, fields: Mapping[str, str], work: Callable[[], dict[str, str]]
) -> Response:
    if not _is_signed(at_desk, fields):
        return _form(at_desk, _coded("bad_signature"))
    try:
        return _form(at_desk, work())
    except _Wrong as wrong:
        return _form(at_desk, _coded(str(wrong)))


def _pay(at_desk: Desk, fields: Mapping[str, str]) -> dict[str, str]:
    direction = _TYPES.get(fields.get("txnType", ""))
    amount, card = fields.get("txnAmt", ""), fields.get("accNo", "")
    reference = fields.get("orderId", "")
    if (
        direction is None
        or re.fullmatch(r"[1-9][0-9]{0,12}", amount) is None
        or re.fullmatch(r"[A-Za-z0-9-]{8,40}", reference) is None
        or fields.get("currencyCode") != "156"
    ):
        raise _Wrong("malformed")
    if int(amount) > AMOUNT_MAX:
        raise _Wrong("over_limit")
    original = None
    if direction is Direction.REFUND:
        original = fields.get("origOrderId", "")
        refunded = at_desk.book.find(original)
        if refunded is None or refunded.direction is not Direction.COLLECT:
            raise _Wrong("unknown_original")
        card = refunded.account
    if not is_card(card):
        raise _Wrong("unknown_card")
    try:
        payment, is_new = at_desk.book.submit(
            new_payment(
                at_desk,
                reference=reference,
                direction=direction,
                amount=int(amount),
                account=card,
                name=fields.get("accName", ""),
                original=original,
            )
        )
    except ReferenceReused:
        raise _Wrong("reference_reused") from None
    if is_new:
        at_desk.work_off(payment)
    return _told(payment)


def _query(at_desk: Desk, fields: Mapping[str, str]) -> dict[str, str]:
    payment = at_desk.inquire(fields.get("orderId", ""))
    if payment is None:
        raise _Wrong("unknown_payment")
    told = _told(payment)
    return {**told, **_coded(""), "origRespCode": told["respCode"], "origRespMsg": told["respMsg"]}


def _verify(at_desk: Desk, fields: Mapping[str, str]) -> dict[str, str]:
    card = fields.get("accNo", "")
    if not is_card(card):
        raise _Wrong("unknown_card")
    holder = at_desk.book.holder(card)
    return _coded("" if holder in (None, fields.get("accName")) else "name_mismatch")


def _file(at_desk: Desk, day: date) -> Response:
    lines, net = [], 0
    for payment in at_desk.lines(day):
        net += payment.owed
        lines.append(
            f"D|{payment.reference}|{payment.number}|{_TYPE_OF[payment.direction]}|{payment.amount}"
        )
    text = "\n".join(
        [f"H|{day:%Y%m%d}|{len(lines)}|{net}", *lines, f"T|{len(lines)}|{net}", ""]
    ).encode()
    mac = hmac.new(_secret(at_desk).encode(), text, "sha256").hexdigest()
    return Response(text, media_type="text/plain", headers={"X-Signature": mac})


def is_card(number: str) -> bool:
    """Tell whether this is a card of the network: 16 to 19 digits from 62, checked by Luhn."""
    if re.fullmatch(r"62[0-9]{14,17}", number, re.ASCII) is None:
        return False
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _told(payment: Payment) -> dict[str, str]:
    coded = {
        Status.SETTLED: _coded(""),
        Status.REJECTED: _coded(payment.code),
    }.get(payment.status, _coded("waiting"))
    settled = payment.settled_on
    return coded | {
        "orderId": payment.reference,
        "queryId": payment.number,
        "txnAmt": str(payment.amount),
        "settleDate": "" if settled is None else f"{settled:%Y%m%d}",
    }


def _coded(reason: str) -> dict[str, str]:
    code, words = CODES.get(reason, OTHER)
    return {"respCode": code, "respMsg": words}


def _is_signed(at_desk: Desk, fields: Mapping[str, str]) -> bool:
    if at_desk.merchant is None or fields.get("merId") != at_desk.merchant.id:
        return False
    expected = signing.form_mac(_secret(at_desk), fields, without=SIGNATURE)
    return hmac.compare_digest(expected.encode(), fields.get(SIGNATURE, "").encode())


def _secret(at_desk: Desk) -> str:
    return "" if at_desk.merchant is None else at_desk.merchant.secret


def _form(at_desk: Desk, fields: dict[str, str]) -> Response:
    mac = signing.form_mac(_secret(at_desk), fields, without=SIGNATURE)
    return Response(urlencode({**fields, SIGNATURE: mac}), media_type=FORM)
