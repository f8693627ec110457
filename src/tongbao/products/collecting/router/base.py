"""What the routers share."""

from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response

from tongbao.core.payments import service as payments
from tongbao.infra.auth import require
from tongbao.infra.db import ReadSession
from tongbao.infra.web import IDEMPOTENCY_KEY_REQUIRED, problem_response
from tongbao.kernel.text import Language
from tongbao.products.collecting import service
from tongbao.products.collecting.schemas.base import CollectionReceiptOut

PREFIX: Final = "/api/v1/collecting"
TAGS: Final = ["collecting"]
READ_ANY: Final = "payments:read_any"

MAY_COLLECT: Final = [Depends(require(service.COLLECT))]
MAY_PAY: Final = [Depends(require("payments:initiate"))]
PAYS: Final = [*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED]
CHARGES: Final = [*MAY_COLLECT, IDEMPOTENCY_KEY_REQUIRED]

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]


async def receipt_of(
    tx: ReadSession,
    paid: payments.Transfer,
    *,
    request: Request,
    response: Response,
    language: Language,
) -> CollectionReceiptOut | Response:
    """Return the receipt of a payment; of one that was rejected the problem, and keep it."""
    if paid.refusal is not None:
        assert paid.reason is not None, "what is refused has its reason"
        paid.refusal.facts.update(payment_id=str(paid.id), iso_reason_code=paid.reason.iso_code)
        return problem_response(request.scope, paid.refusal)
    response.headers["Location"] = f"{PREFIX}/payments/{paid.id}"
    return CollectionReceiptOut.whole(await service.receipt(tx, paid.id), language)
