"""Asking for a settled payment back."""

from uuid import UUID

from fastapi import Depends, Request, Response, status

from tongbao.core.payments import service
from tongbao.core.payments.schemas.recalls import (
    NewRecall,
    NewRecallResolution,
    OverdueRecallOut,
    OverdueRecallsOut,
    RecallOut,
    RecallsOut,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

READ_ANY = "payments:read_any"
RESOLVE = "payments:resolve"

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


@api.get(
    "/recalls/overdue",
    dependencies=[Depends(require(READ_ANY))],
    summary="Recalls that nobody answers",
)
async def list_overdue_recalls(
    tx: ReadTx,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> OverdueRecallsOut:
    """Return open recalls that are asked about no more, the oldest first.

    The bank did not answer for 15 days, or sent nothing for 3 days of what it agreed to send back.

    Problems: `page.bad_cursor`.
    """
    page = await service.overdue_recalls(tx, after=after, limit=limit)
    items = [OverdueRecallOut.of(each, language) for each in page.items]
    return OverdueRecallsOut(items=items, next=page.next)


@api.post(
    "/{payment_id:uuid}/recalls/{recall_id:uuid}/inquiry",
    dependencies=[Depends(require(RESOLVE))],
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask the bank now about a recall",
)
async def inquire_recall(
    payment_id: UUID, recall_id: UUID, tx: WriteTx, at: Instant, language: RequestLanguage
) -> RecallOut:
    """Have a worker ask at once, once more if nobody asks otherwise.

    Problems: `payments.unknown_recall`, `payments.recall_not_open`.
    """
    return RecallOut.of(await service.ask_again(tx, payment_id, recall_id, at=at), language)


@api.post(
    "/{payment_id:uuid}/recalls/{recall_id:uuid}/resolution",
    dependencies=[Depends(require(RESOLVE))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose to close a recall nobody answers",
)
async def resolve_recall(
    payment_id: UUID,
    recall_id: UUID,
    body: NewRecallResolution,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose to close it as refused, as the bank's people say; somebody else approves it.

    Money that comes back nevertheless is booked as any other.

    Problems: `payments.unknown_recall`, `payments.recall_not_overdue`.
    """
    await service.check_overdue(tx, payment_id, recall_id)
    told = service.ProposedRecallResolution(
        payment_id=payment_id, recall_id=recall_id, reason=body.reason
    )
    return await hold(
        service.RECALL_RESOLUTION, told, request=request, tx=tx, maker=actor, reason=body.reason,
        at=at,
    )  # fmt: skip
