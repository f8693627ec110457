"""`/api/v1/payments/receipts`: ordering, fetching, and confirming them to anybody."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response, status

from tongbao.core.payments import service
from tongbao.core.payments.schemas.receipts import (
    Compared,
    ConfirmedReceiptOut,
    PaymentReceiptOut,
    ReceiptCodeIn,
    ReceiptFileOut,
    ReceiptOrder,
)
from tongbao.infra import audit, files
from tongbao.infra.auth import PUBLIC, CurrentActor
from tongbao.infra.web import AuditTrail, Instant, ReadTx, WriteTx, router
from tongbao.kernel.money import Money

READ_ANY: Final = "payments:read_any"
FILE_CONFIRMATIONS: Final = "/api/v1/payments/receipts/confirmations/file"
_BINARY: Final = {"type": "string", "format": "binary", "examples": ["%PDF-1.7 (and so on)"]}
_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A PDF of at most 8 MiB",
        "content": {"application/pdf": {"schema": _BINARY}},
    }
}
_PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The receipt",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}

api = router(prefix="", tags=[])  # below the prefix and tag of the whole
receipts: APIRouter = router(prefix="/receipts", tags=[])


@api.post(
    "/{payment_id:uuid}/receipts",
    status_code=status.HTTP_201_CREATED,
    summary="Order the receipt of a payment",
)
async def order_receipt(
    payment_id: UUID,
    body: ReceiptOrder,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
) -> PaymentReceiptOut:
    """Have a settled payment receipted as PDF for payer or payee; ordered again it is the same.

    Problems: `payments.unknown_payment`, `payments.receipt_not_settled`.
    """
    ordered = await service.order_receipt(
        tx,
        payment_id=payment_id,
        language=body.language,
        visible_to=actor.reach(READ_ANY),
        ordered_by=actor.id,
        at=at,
    )
    response.headers["Location"] = f"/api/v1/payments/receipts/{ordered.id}"
    return PaymentReceiptOut.of(ordered)


@receipts.get("/{receipt_id:uuid}", summary="One receipt")
async def read_receipt(receipt_id: UUID, tx: ReadTx, actor: CurrentActor) -> PaymentReceiptOut:
    """Return what is known of a receipt; it is ready when `issued_at` is there.

    Problems: `payments.unknown_receipt`.
    """
    return PaymentReceiptOut.of(
        await service.receipt(tx, receipt_id, visible_to=actor.reach(READ_ANY))
    )


@receipts.get(
    "/{receipt_id:uuid}/file",
    summary="The file of a receipt",
    response_class=Response,
    responses=_PDF,
)
async def download_receipt(
    receipt_id: UUID, tx: ReadTx, actor: CurrentActor, trail: AuditTrail
) -> Response:
    """Return the PDF under our seal, the same bytes each time.

    Problems: `payments.unknown_receipt`, `payments.receipt_being_made`.
    """
    found = await service.receipt(tx, receipt_id, visible_to=actor.reach(READ_ANY))
    stored, content = await service.receipt_file(tx, found)
    trail.add(
        audit.Entry(
            action="payments.download_receipt",
            subject=found.party_id,
            object_type="receipts",
            object_id=found.id,
        )
    )
    return files.download(stored, content)


@receipts.post("/confirmations", summary="Confirm a receipt by its code", dependencies=[PUBLIC])
async def confirm_receipt(body: ReceiptCodeIn, tx: ReadTx) -> ConfirmedReceiptOut:
    """Say what was receipted under a code, masked; compare amount and file if they are sent.

    Problems: `payments.unknown_receipt_code`, `money.malformed_amount`.
    """
    found = await service.confirm_receipt(tx, code=body.code)
    amount: Compared | None = None
    if body.amount is not None:
        paid = found.payment.amount
        amount = "same" if Money.parse(body.amount, paid.currency) == paid else "different"
    file: Compared | None = None
    if body.sha256 is not None:
        file = "same" if body.sha256 == found.receipt.sha256 else "different"
    return ConfirmedReceiptOut.of(found, amount=amount, file=file)


@receipts.post(
    "/confirmations/file",
    summary="Confirm a receipt by its file",
    dependencies=[PUBLIC],
    openapi_extra=_UPLOAD,
)
async def confirm_receipt_file(content: files.Upload, tx: ReadTx) -> ReceiptFileOut:
    """Say whether a PDF is what we sealed, or an altered copy; it is read and not kept.

    Problems: `pdf.unreadable`, `pdf.busy`.
    """
    verdict, found = await service.confirm_receipt_file(tx, content)
    return ReceiptFileOut(
        finding=verdict.finding,
        sealed_at=verdict.sealed_at,
        confirmed=None if found is None else ConfirmedReceiptOut.of(found, file="same"),
    )


api.include_router(receipts)
