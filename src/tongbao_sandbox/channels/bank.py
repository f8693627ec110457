"""The clearing bank: ISO 20022 over HTTP, each message signed by Ed25519 over its bytes.

A pacs.008 is answered with a pacs.002 that takes it in (ACTC) or refuses it; the outcome (ACSC,
RJCT) comes as another one, and is there for the asking. Money that comes back is a pacs.004, money
that comes in a pacs.008; a day's camt.053 has it all. Whose an account is, is asked by acmt.023,
money back by camt.056: a camt.029 answers, and a pacs.004 brings the money.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

import httpx2
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox import problems
from tongbao_sandbox.channels import faults, iso20022, recalls, signing, verifying
from tongbao_sandbox.channels.book import Direction, Payment, ReferenceReused, Status
from tongbao_sandbox.channels.desk import (
    Desk,
    Message,
    Told,
    desk,
    new_payment,
    new_uuid,
)
from tongbao_sandbox.clock import now

XML: Final = "application/xml"
ACCOUNT: Final = "TONGBAO-NOSTRO"
REASONS: Final = {
    "insufficient_funds": "AM04",
    "unknown_account": "AC01",
    "closed_account": "AC04",
    "frozen": "AC06",
    "name_mismatch": "BE01",
    "over_limit": "AM02",
    "reference_reused": "AM05",
}
_STATUS: Final = {Status.SETTLED: "ACSC", Status.REJECTED: "RJCT"}

router = APIRouter(tags=["channel: bank"])
v1 = APIRouter(
    prefix="/channels/bank/v1",
    tags=["channel: bank"],
    default_response_class=Response,
    responses=problems.ITS_OWN,
)


PLAIN: Final = r"^[^\x00-\x1f\ufffe\uffff]*$"
"""What XML can hold, on one line."""


class Incoming(BaseModel):
    """Money that a customer of another bank sends to one of the merchant's."""

    model_config = ConfigDict(extra="forbid")

    account: Annotated[
        str, Field(max_length=34, pattern=PLAIN, description="Of the merchant's customer")
    ]
    name: Annotated[str, Field(max_length=140, pattern=PLAIN)]
    amount_minor: Annotated[int, Field(strict=True, ge=1, le=10**13)]
    debtor_account: Annotated[str, Field(max_length=34, pattern=PLAIN)] = "62220000000000000"
    debtor_name: Annotated[str, Field(max_length=140, pattern=PLAIN)] = "沙箱客户"
    remittance: Annotated[str, Field(max_length=140, pattern=PLAIN)] = ""


class Return(BaseModel):
    """Why a settled payment comes back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(pattern="^[A-Z0-9]{4}$")] = "AC04"


@v1.post("/payments")
async def post_payments(request: Request) -> Response:
    """Take in a pacs.008 of at most a thousand transfers."""
    at_desk, body = desk(request, "bank"), await request.body()

    def work() -> Response:
        try:
            order = iso20022.read_order(body)
        except iso20022.Unreadable as unreadable:
            return _xml(iso20022.rejected_message("", where=str(unreadable), at=now()), 422)
        taken = [_take(at_desk, order.message_id, each) for each in order.transfers]
        return _xml(iso20022.status_report(taken, message_id=order.message_id, at=now()))

    return await _carry(request, at_desk, body, work)


@v1.post("/verifications")
async def post_verification(request: Request) -> Response:
    """Answer an acmt.023: is an account held under a name."""
    at_desk, body = desk(request, "bank"), await request.body()

    def work() -> Response:
        try:
            asked = verifying.read_question(body)
        except iso20022.Unreadable as unreadable:
            return Response(f"unreadable: {unreadable}", 422, media_type="text/plain")
        holder = at_desk.book.holder(asked.account)
        return _xml(verifying.verdict(asked, holder=holder, at=now()))

    return await _carry(request, at_desk, body, work)


@v1.post("/recalls")
async def post_recall(request: Request) -> Response:
    """Take in a camt.056 that asks for one payment back."""
    at_desk, body = desk(request, "bank"), await request.body()

    def work() -> Response:
        try:
            asked = recalls.read_recall(body)
        except iso20022.Unreadable as unreadable:
            return Response(f"unreadable: {unreadable}", 422, media_type="text/plain")
        recall, is_new = at_desk.recalls.take(
            asked,
            original=at_desk.book.find(asked.original),
            returned=at_desk.book.find(_back(asked.original)) is not None,
            fault=at_desk.outcome_fault(),
        )
        return _decided(at_desk, recall, just_now=is_new)

    return await _carry(request, at_desk, body, work)


@v1.get("/recalls/{reference}")
async def get_recall(request: Request, reference: Annotated[str, Path(max_length=35)]) -> Response:
    """Return a camt.029 of where an asking stands; 404 for one never seen."""
    at_desk = desk(request, "bank")

    def work() -> Response:
        recall, just_now = at_desk.recalls.inquire(reference)
        if recall is None:
            body = f"unknown recall {reference}".encode()
            sign = signing.sign(signing.ed25519_key(), body)
            return Response(body, 404, media_type="text/plain", headers={"X-Signature": sign})
        return _decided(at_desk, recall, just_now=just_now)

    return await _carry(request, at_desk, request.url.path.encode(), work)


def _decided(at_desk: Desk, recall: recalls.Recall, *, just_now: bool) -> Response:
    """Answer an asking; what it agrees to send back goes back at once."""
    original = at_desk.book.find(recall.original)
    accepted = original if just_now and recall.status == recalls.ACCEPTED else None
    if accepted is not None:
        _send_back(at_desk, accepted, reason="FOCR")  # following a cancellation request
    returned = at_desk.book.find(_back(recall.original))
    document = recalls.resolution(recall, original=original, returned=returned, at=now())
    if accepted is not None:
        at_desk.tell(accepted, lambda _, signed: _message(at_desk, document, signed=signed))
    return _xml(document)


def _back(reference: str) -> str:
    """Return by what reference a payment comes back."""
    return f"RTR-{reference}"[:35]


@v1.get("/payments/{reference}")
async def get_payment(request: Request, reference: Annotated[str, Path(max_length=35)]) -> Response:
    """Return a pacs.002 of how a payment stands, by its `TxId`; 404 for one never seen."""
    at_desk = desk(request, "bank")

    def work() -> Response:
        payment = at_desk.inquire(reference)
        if payment is None:
            # Signed as everything is: that there is no such payment is worth knowing for sure.
            body = f"unknown payment {reference}".encode()
            sign = signing.sign(signing.ed25519_key(), body)
            return Response(body, 404, media_type="text/plain", headers={"X-Signature": sign})
        return _xml(_report(payment, payment.status))

    return await _carry(request, at_desk, request.url.path.encode(), work)


@v1.get("/statements/{day}")
async def get_statement(request: Request, day: date) -> Response:
    """Return the camt.053 of a day."""
    at_desk = desk(request, "bank")

    def work() -> Response:
        opening = sum(
            each.owed for each in at_desk.book.all() if each.settled_on and each.settled_on < day
        )
        lines = list(at_desk.lines(day))
        return _xml(iso20022.statement(lines, day=day, opening=opening, account=ACCOUNT, at=now()))

    return await _carry(request, at_desk, request.url.path.encode(), work)


@router.post("/sandbox/channels/bank/payments/{reference}/return", status_code=204)
async def return_payment(request: Request, reference: str, body: Return) -> Response:
    """Let a settled payment come back."""
    at_desk = desk(request, "bank")
    original = at_desk.book.find(reference)
    if original is None or original.status is not Status.SETTLED:
        raise problems.Refused(problems.UNKNOWN_PAYMENT)
    _send_back(at_desk, original, reason=body.reason)
    return Response(status_code=204)


def _send_back(at_desk: Desk, original: Payment, *, reason: str) -> None:
    """Let a settled payment come back, once."""
    reference = original.reference
    returned = new_payment(
        at_desk, reference=_back(reference), direction=Direction.COLLECT,
        amount=original.amount, account=original.account, original=original.reference,
    )  # fmt: skip
    returned.details = dict(original.details)
    returned, is_new = at_desk.book.submit(returned)
    if is_new:
        at_desk.book.settle(returned, at=now())
        document = iso20022.payment_return(returned, original, reason=reason, at=now())
        at_desk.tell(returned, lambda _, signed: _message(at_desk, document, signed=signed))


@router.post("/sandbox/channels/bank/incoming")
async def receive(request: Request, body: Incoming) -> dict[str, str]:
    """Let money come in for a customer of the merchant's; return its `TxId`."""
    at_desk = desk(request, "bank")
    reference = new_uuid().hex
    payment = new_payment(
        at_desk, reference=reference, direction=Direction.COLLECT, amount=body.amount_minor,
        account=body.debtor_account, name=body.debtor_name, remittance=body.remittance,
    )  # fmt: skip
    payment.details = {"end_to_end_id": reference[:16], "uetr": str(new_uuid())}
    at_desk.book.submit(payment)
    at_desk.book.settle(payment, at=now())
    if payment.status is Status.SETTLED:
        document = iso20022.incoming(payment, to_account=body.account, to_name=body.name, at=now())
        at_desk.tell(payment, lambda _, signed: _message(at_desk, document, signed=signed))
    return {"transaction_id": reference}


async def _carry(
    request: Request, at_desk: Desk, content: bytes, work: Callable[[], Response]
) -> Response:
    signature = request.headers.get("x-signature", "")
    known = (
        at_desk.merchant is not None and request.headers.get("x-merchant") == at_desk.merchant.id
    )
    if not known or not signing.is_signed(at_desk.merchant_key, content, signature):
        return Response("signature", 401)
    return await faults.meet(at_desk.request_fault(), work)


def _take(at_desk: Desk, message_id: str, ordered: iso20022.Ordered) -> tuple[Payment, str, str]:
    payment = new_payment(
        at_desk,
        reference=ordered.transaction_id,
        direction=Direction.PAYOUT,
        amount=ordered.amount,
        account=ordered.account,
        name=ordered.name,
        remittance=ordered.remittance,
    )
    payment.details = {
        "message_id": message_id,
        "end_to_end_id": ordered.end_to_end_id,
        "uetr": ordered.uetr,
        "told_amount": iso20022.amount_text(ordered.amount),
    }
    try:
        payment, is_new = at_desk.book.submit(payment)
    except ReferenceReused:
        return payment, "RJCT", REASONS["reference_reused"]
    if is_new:
        at_desk.work_off(payment)
        if at_desk.merchant is not None and at_desk.merchant.notify_url:
            at_desk.tell(payment, lambda told, signed: _outcome(at_desk, told, signed=signed))
    return payment, "ACTC", ""


def _outcome(at_desk: Desk, told: Told, *, signed: bool) -> Message:
    document = _report(told.payment, told.status, amount=told.amount)
    return _message(at_desk, document, signed=signed)


def _report(payment: Payment, status: Status, *, amount: int | None = None) -> bytes:
    payment.details["told_amount"] = iso20022.amount_text(
        payment.amount if amount is None else amount
    )
    code = _STATUS.get(status, "PDNG")
    reason = REASONS.get(payment.code, "NARR") if code == "RJCT" else ""
    return iso20022.status_report(
        [(payment, code, reason)], message_id=payment.details.get("message_id", "NONE"), at=now()
    )


def _message(at_desk: Desk, document: bytes, *, signed: bool) -> Message:
    assert at_desk.merchant is not None
    sign = signing.sign(signing.ed25519_key(), document if signed else document + b"!")
    return Message(
        url=at_desk.merchant.notify_url,
        headers={"Content-Type": XML, "X-Signature": sign},
        body=document,
        is_accepted=lambda answer: httpx2.codes.is_success(answer.status_code),
    )


def _xml(document: bytes, status: int = 200) -> Response:
    sign = signing.sign(signing.ed25519_key(), document)
    return Response(document, status, media_type=XML, headers={"X-Signature": sign})
