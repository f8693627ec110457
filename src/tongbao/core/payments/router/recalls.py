"""Asking for a settled payment back."""

from uuid import UUID

from fastapi import status

from tongbao.core.payments import service
from tongbao.core.payments.schemas.recalls import NewRecall, RecallOut, RecallsOut
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router

READ_ANY = "payments:read_any"

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.post(
    "/{payment_id:uuid}/recalls",
    status_code=status.HTTP_201_CREATED,
    summary="Ask for a payment back",
)
async def request_recall(
    payment_id: UUID,
    body: NewRecall,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> RecallOut:
    """Ask the payee's bank to send a settled payment to another bank back; staff asks for anybody.

    It moves no money. The bank says yes or no, which may take days; what it sends back is booked
    when it is here, and the payment is `returned` then.

    Problems: `payments.unknown_payment`, `payments.not_recallable`, `payments.recall_open`,
    `payments.remittance_malformed`.
    """
    recall = await service.request_recall(
        tx,
        payment_id,
        reason=service.RecallReason(body.reason),
        note=body.note,
        requested_by=actor,
        at=at,
    )
    return RecallOut.of(recall, language)


@api.get("/{payment_id:uuid}/recalls", summary="Askings for a payment back")
async def list_recalls(
    payment_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> RecallsOut:
    """Return how often the payment was asked back and what was answered, to its payer and staff.

    Problems: `payments.unknown_payment`.
    """
    visible_to = None if actor.may(READ_ANY) else actor.party_ids
    await service.get(tx, payment_id, visible_to=visible_to)
    found = await service.recalls_of(tx, payment_id)
    return RecallsOut(items=[RecallOut.of(each, language) for each in found])
