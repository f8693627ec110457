"""What the wallets' customers do about trades that wait for them: agree to pay, or refuse.

A person does it on the page that a trade's code leads to; a test at the control addresses.
"""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tongbao_sandbox import problems
from tongbao_sandbox.channels import wallet_a, wallet_b
from tongbao_sandbox.channels.book import Payment, Status
from tongbao_sandbox.channels.desk import Desk, desk

Wallet = Literal["wallet-a", "wallet-b"]
_TITLES: Final[Mapping[str, str]] = {"wallet-a": "钱包甲 Wallet A", "wallet-b": "钱包乙 Wallet B"}
_TELL: Final[Mapping[str, Callable[[Desk, Payment], None]]] = {
    "wallet-a": wallet_a.tell,
    "wallet-b": wallet_b.tell,
}
_PAGE: Final = Path(__file__).parent.parent / "static" / "trade.html"
_BUTTONS: Final = (
    '<form method="post"><button name="decision" value="agree">同意付款 Pay</button>'
    '<button name="decision" value="refuse">拒绝 Refuse</button></form>'
)
_OVER: Final = "<p>可以关闭此页 You may close this page</p>"
_STATES: Final[Mapping[Status, str]] = {
    Status.WAITING: _BUTTONS,
    Status.PROCESSING: "<p>处理中 In process</p>",
    Status.SETTLED: f"<p>已付款 Paid</p>{_OVER}",
    Status.REJECTED: f"<p>未付款 Not paid</p>{_OVER}",
    Status.CLOSED: f"<p>已关闭 Closed</p>{_OVER}",
}

router = APIRouter(tags=["channel: wallets"])


@router.get("/channels/{wallet}/pay/{number}", include_in_schema=False)
async def page(request: Request, wallet: Wallet, number: str) -> HTMLResponse:
    """Show a trade to whoever was sent here or has scanned its code."""
    payment = _found(desk(request, wallet).book.by_number(number))
    text = _PAGE.read_text("utf-8")
    for name, value in {
        "WALLET": _TITLES[wallet],
        "SUBJECT": escape(payment.remittance),
        "AMOUNT": f"¥{payment.amount // 100}.{payment.amount % 100:02d}",
        "STATE": _STATES[payment.status],
    }.items():
        text = text.replace(name, value, 2)
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


@router.post("/channels/{wallet}/pay/{number}", include_in_schema=False)
async def decide(
    request: Request,
    wallet: Wallet,
    number: str,
    decision: Annotated[Literal["agree", "refuse"], Form()],
) -> Response:
    """Take what a person has decided on the page, and show what it came to."""
    at_desk = desk(request, wallet)
    payment = _found(at_desk.book.by_number(number))
    if decision == "agree":
        _agree(at_desk, payment)
    else:
        _refuse(at_desk, payment)
    return RedirectResponse(request.url, 303)


@router.post("/sandbox/channels/{wallet}/trades/{reference}/payment", status_code=204)
async def pay_trade(
    request: Request,
    wallet: Wallet,
    reference: str,
    *,
    after_closing: Annotated[
        bool, Query(description="Even if it is closed, as no wallet should")
    ] = False,
) -> Response:
    """Let the customer pay a trade that waits for it."""
    at_desk = desk(request, wallet)
    payment = _found(at_desk.book.find(reference))
    if after_closing:
        at_desk.book.reopen(payment)
    _agree(at_desk, payment)
    return Response(status_code=204)


@router.post("/sandbox/channels/{wallet}/trades/{reference}/refusal", status_code=204)
async def refuse_trade(request: Request, wallet: Wallet, reference: str) -> Response:
    """Let the customer refuse a trade that waits for it."""
    at_desk = desk(request, wallet)
    _refuse(at_desk, _found(at_desk.book.find(reference)))
    return Response(status_code=204)


def _found(payment: Payment | None) -> Payment:
    if payment is None:
        raise problems.Refused(problems.UNKNOWN_PAYMENT)
    return payment


def _agree(at_desk: Desk, payment: Payment) -> None:
    if payment.status is Status.WAITING:
        at_desk.work_off(payment)
        _TELL[at_desk.name](at_desk, payment)


def _refuse(at_desk: Desk, payment: Payment) -> None:
    if payment.status is Status.WAITING:
        at_desk.book.reject(payment, "payer_declined")
        _TELL[at_desk.name](at_desk, payment)
