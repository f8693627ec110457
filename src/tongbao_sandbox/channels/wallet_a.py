"""The first wallet: one address, forms signed by RSA, answers in signed JSON, bills in GBK.

Trades are shown as a QR code or a page to be sent to, or paid by a code the customer shows. The
merchant is told by a signed form, and must answer `success`.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
from fastapi import APIRouter, Request, Response

from tongbao_sandbox import problems
from tongbao_sandbox.channels import faults, signing
from tongbao_sandbox.channels.book import ZONE, Direction, Payment, ReferenceReused, Status
from tongbao_sandbox.channels.desk import Desk, Message, Told, desk, new_payment
from tongbao_sandbox.clock import now

CONFIRM_FROM_MINOR: Final = 1_000_00
"""From this amount on, a customer who shows a code has to confirm on the phone as well."""
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.[0-9]{2}", re.ASCII)
_STATUS: Final = {
    Status.WAITING: "WAIT_BUYER_PAY",
    Status.PROCESSING: "WAIT_BUYER_PAY",
    Status.SETTLED: "TRADE_SUCCESS",
    Status.REJECTED: "TRADE_FAILED",
    Status.CLOSED: "TRADE_CLOSED",
}

router = APIRouter(tags=["channel: wallet-a"])


class _Failed(Exception):
    """The business failed, for a reason of the wallet's own."""


@router.post("/channels/wallet-a/gateway.do", response_class=Response, responses=problems.ITS_OWN)
async def gateway(request: Request) -> Response:
    """Do what `method` says with `biz_content`; answered with `{"response": …, "sign": …}`."""
    at_desk = desk(request, "wallet-a")
    fields = signing.form(await request.body())
    # Messages leave after the answer, from the event loop.
    return await faults.meet(at_desk.request_fault(), lambda: _answered(at_desk, fields))


@router.post("/sandbox/channels/wallet-a/codes")
async def show_code(request: Request, customer: str) -> dict[str, str]:
    """Return the code a customer shows at a till; good for a minute, once."""
    return {"auth_code": desk(request, "wallet-a").show_code(customer)}


def tell(at_desk: Desk, payment: Payment) -> None:
    """Tell the merchant what became of a trade, where it wanted to be told."""
    if payment.notify_url:
        at_desk.tell(payment, _notice)


def _answered(at_desk: Desk, fields: Mapping[str, str]) -> Response:
    signed = signing.form_text(fields, without="sign")
    if not signing.is_signed(at_desk.merchant_key, signed, fields.get("sign", "")):
        return _json({"code": "40002", "sub_code": "isv.invalid-signature", "msg": "验签出错"})
    if at_desk.merchant is None or fields.get("app_id") != at_desk.merchant.id:
        return _json({"code": "40002", "sub_code": "isv.invalid-app-id", "msg": "无效应用"})
    work = _METHODS.get(fields.get("method", ""))
    try:
        content = json.loads(fields.get("biz_content", ""))
    except ValueError:
        content = None
    if work is None or not isinstance(content, dict):
        return _json({"code": "40004", "sub_code": "ACQ.INVALID_PARAMETER", "msg": "参数无效"})
    try:
        return work(at_desk, content, fields)
    except _Failed as failed:
        return _json({"code": "40004", "sub_code": f"ACQ.{failed}", "msg": "业务处理失败"})


def _precreate(at_desk: Desk, content: dict[str, Any], fields: Mapping[str, str]) -> Response:
    """Make a trade that waits for whoever scans its code (or is sent to its page)."""
    payment, _ = _submit(
        at_desk, content, fields, direction=Direction.COLLECT, account=f"scan-{token_hex(6)}"
    )
    return _json(
        {
            "code": "10000",
            "msg": "Success",
            "out_trade_no": payment.reference,
            "qr_code": at_desk.page_of(payment),
        }
    )


def _pay(at_desk: Desk, content: dict[str, Any], fields: Mapping[str, str]) -> Response:
    """Collect from the customer who shows a code; a large amount waits for a confirmation."""
    known = at_desk.book.find(str(content.get("out_trade_no", "")))
    customer = known.account if known else _customer(at_desk, str(content.get("auth_code", "")))
    payment, is_new = _submit(
        at_desk, content, fields, direction=Direction.COLLECT, account=customer
    )
    if is_new and payment.amount < CONFIRM_FROM_MINOR:
        at_desk.work_off(payment)
        tell(at_desk, payment)
    return _trade(payment)


def _query(at_desk: Desk, content: dict[str, Any], _fields: Mapping[str, str]) -> Response:
    payment = at_desk.inquire(str(content.get("out_trade_no", "")))
    if payment is None:
        raise _Failed("TRADE_NOT_EXIST")
    return _trade(payment, asked=True)


def _close(at_desk: Desk, content: dict[str, Any], _fields: Mapping[str, str]) -> Response:
    payment = at_desk.book.find(str(content.get("out_trade_no", "")))
    if payment is None:
        raise _Failed("TRADE_NOT_EXIST")
    if not at_desk.book.close(payment):
        raise _Failed("TRADE_STATUS_ERROR")
    return _trade(payment, asked=True)


def _refund(at_desk: Desk, content: dict[str, Any], fields: Mapping[str, str]) -> Response:
    original = at_desk.book.find(str(content.get("orig_trade_no", "")))
    if original is None:
        raise _Failed("TRADE_NOT_EXIST")
    payment, is_new = _submit(
        at_desk, content, fields,
        direction=Direction.REFUND, account=original.account, original=original.reference,
    )  # fmt: skip
    if is_new:
        at_desk.work_off(payment)
        tell(at_desk, payment)
    return _trade(payment)


def _transfer(at_desk: Desk, content: dict[str, Any], fields: Mapping[str, str]) -> Response:
    payee = str(content.get("payee", ""))
    if re.fullmatch(r"[A-Za-z0-9@._-]{3,64}", payee) is None:
        raise _Failed("PAYEE_NOT_EXIST")
    payment, is_new = _submit(
        at_desk, content, fields, direction=Direction.PAYOUT, account=payee,
        name=str(content.get("payee_name", "")),
    )  # fmt: skip
    if is_new:
        at_desk.work_off(payment)
        tell(at_desk, payment)
    return _trade(payment)


def _bill(at_desk: Desk, content: dict[str, Any], _fields: Mapping[str, str]) -> Response:
    """Return the bill of a day as CSV in GBK, with remarks before and after the lines."""
    try:
        day = date.fromisoformat(str(content.get("bill_date", "")))
    except ValueError:
        raise _Failed("INVALID_PARAMETER") from None
    lines = list(at_desk.lines(day))
    text = io.StringIO()
    text.write(f"#业务明细 {day}\r\n")
    writer = csv.writer(text)
    writer.writerow(["商户订单号", "钱包交易号", "业务类型", "金额(元)", "原订单号", "完成时间"])
    words = {Direction.COLLECT: "交易", Direction.REFUND: "退款", Direction.PAYOUT: "转账"}
    for each in lines:
        assert each.settled_at is not None, "only what is settled is on a bill"
        amount = _yuan(each.owed)
        writer.writerow(
            [each.reference, each.number, words[each.direction], amount, each.original or "",
             f"{each.settled_at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"]
        )  # fmt: skip
    text.write(f"#合计 {len(lines)} 笔 {_yuan(sum(each.owed for each in lines))} 元\r\n")
    body = text.getvalue().encode("gbk")
    return Response(
        body,
        media_type="text/csv; charset=gbk",
        headers={"X-Signature": signing.sign(signing.rsa_key(), body)},
    )


_METHODS: Final[Mapping[str, Callable[[Desk, dict[str, Any], Mapping[str, str]], Response]]] = {
    "trade.precreate": _precreate,
    "trade.pay": _pay,
    "trade.query": _query,
    "trade.close": _close,
    "trade.refund": _refund,
    "transfer.pay": _transfer,
    "bill.download": _bill,
}


def _submit(
    at_desk: Desk,
    content: dict[str, Any],
    fields: Mapping[str, str],
    *,
    direction: Direction,
    account: str,
    original: str | None = None,
    name: str = "",
) -> tuple[Payment, bool]:
    reference, amount = str(content.get("out_trade_no", "")), str(content.get("amount", ""))
    if re.fullmatch(r"[A-Za-z0-9-]{8,40}", reference) is None or not _AMOUNT.fullmatch(amount):
        raise _Failed("INVALID_PARAMETER")
    minor = int(amount.replace(".", ""))
    if minor == 0:
        raise _Failed("INVALID_PARAMETER")
    known = at_desk.book.find(reference)
    payment = new_payment(
        at_desk,
        reference=reference,
        direction=direction,
        amount=minor,
        # Who scans a code is not known before: the same trade again is the same.
        account=known.account if known is not None and account.startswith("scan-") else account,
        name=name,
        original=original,
        remittance=str(content.get("subject", ""))[:140],
        notify_url=fields.get("notify_url") or None,
    )
    if direction is Direction.COLLECT:
        payment.status = Status.WAITING
    try:
        return at_desk.book.submit(payment)
    except ReferenceReused:
        raise _Failed("OUT_TRADE_NO_USED") from None


def _customer(at_desk: Desk, code: str) -> str:
    customer = at_desk.take_code(code)
    if customer is None:
        raise _Failed("PAYMENT_AUTH_CODE_INVALID")
    return customer


def _trade(payment: Payment, *, asked: bool = False) -> Response:
    """Tell of a trade: done, not yet (10003), or failed, which only an inquiry calls a success."""
    failed = payment.status is Status.REJECTED
    if failed and not asked:
        raise _Failed(_sub_code(payment.code))
    waits = payment.status in (Status.WAITING, Status.PROCESSING)
    return _json(
        {
            "code": "10003" if waits and not asked else "10000",
            "msg": "Success",
            "out_trade_no": payment.reference,
            "trade_no": payment.number,
            "trade_status": _STATUS[payment.status],
            "fail_code": _sub_code(payment.code) if failed else "",
            "amount": _yuan(payment.amount),
            "settle_date": str(payment.settled_on or ""),
        }
    )


def _sub_code(reason: str) -> str:
    return {
        "insufficient_funds": "BUYER_BALANCE_NOT_ENOUGH",
        "name_mismatch": "PAYEE_NOT_MATCH",
        "refund_too_large": "REFUND_AMT_NOT_EQUAL_TOTAL",
        "unknown_original": "TRADE_NOT_EXIST",
        "payer_declined": "BUYER_DECLINED",
        "frozen": "PAYEE_ACCOUNT_FROZEN",
    }.get(reason, "SYSTEM_ERROR")


def _notice(told: Told, signed: bool) -> Message:  # noqa: FBT001 - as the desk calls it
    fields = {
        "notify_id": token_hex(16),
        "notify_time": now().isoformat(),
        "out_trade_no": told.payment.reference,
        "trade_no": told.payment.number,
        "trade_status": _STATUS[told.status],
        "fail_code": _sub_code(told.payment.code) if told.status is Status.REJECTED else "",
        "amount": _yuan(told.amount),
        "settle_date": str(told.payment.settled_on or ""),
    }
    content = signing.form_text(fields, without="sign")
    sign = signing.sign(signing.rsa_key(), content if signed else content + b"!")
    assert told.payment.notify_url is not None
    return Message(
        url=told.payment.notify_url,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode({**fields, "sign": sign}).encode(),
        is_accepted=_is_success,
    )


def _is_success(answer: httpx2.Response) -> bool:
    return answer.status_code == httpx2.codes.OK and answer.text == "success"


def _yuan(minor: int) -> str:
    sign, whole, part = "-" if minor < 0 else "", *divmod(abs(minor), 100)
    return f"{sign}{whole}.{part:02d}"


def _json(response: Mapping[str, str]) -> Response:
    """Answer signed: the signature covers `response` exactly as it is written."""
    text = json.dumps(response, ensure_ascii=False, separators=(",", ":"))
    sign = signing.sign(signing.rsa_key(), text.encode())
    return Response(f'{{"response":{text},"sign":"{sign}"}}', media_type="application/json")
