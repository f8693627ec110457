"""Orders to other banks, and what staff does about them."""

from uuid import UUID

from fastapi import Depends, Request, Response, status

from tongbao.core.payments import service
from tongbao.core.payments.router.headers import StepUpHeader
from tongbao.core.payments.router.rejecting import answer
from tongbao.core.payments.schemas import (
    NewCreditTransferIn,
    NewResolution,
    PaymentHistoryOut,
    PaymentOut,
    PaymentsOut,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import HELD_OR_SIGNED, held, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

INITIATE = "payments:initiate"
READ_ANY = "payments:read_any"
RESOLVE = "payments:resolve"

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.post(
    "/credit-transfers",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require(INITIATE)), IDEMPOTENCY_KEY_REQUIRED],
    response_model=PaymentOut,
    responses=HELD_OR_SIGNED,
    summary="Pay to an account at another bank",
)
async def send_credit_transfer(
    body: NewCreditTransferIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> PaymentOut | Response:
    """Hold the money and answer `reserved`; a channel is given it within seconds.

    How it ends is read at the payment, or told by `payments.payment_settled` and
    `payments.payment_rejected`. Where others must agree: 202 with the proposal or the instruction,
    and the payment waits. A large one, and one to a payee not confirmed before, takes a step-up.

    Problems: as for a payment here, `payments.bank_code_malformed`, `payments.no_route`,
    `identity.step_up_required`.
    """
    new = service.NewCreditTransfer(**dict(body))
    waiting = await service.ask_credit_transfer(tx, new, initiated_by=actor, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    order = await service.send(tx, new, initiated_by=actor, step_up_token=step_up_token, at=at)
    return answer(order, request=request, response=response, language=language)


@api.post(
    "/{payment_id:uuid}/cancellation",
    dependencies=[Depends(require(INITIATE))],
    summary="Cancel a payment that was not sent, or not paid",
)
async def cancel_payment(
    payment_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> PaymentOut:
    """Take a payment back while no channel has it; its money is free again.

    A top-up from a wallet that nobody has paid is closed there first: it is `cancelled` a moment
    later, or `settled` if somebody has paid after all.

    Problems: `payments.unknown_payment`, `payments.not_cancellable`.
    """
    order = await service.cancel(tx, payment_id, cancelled_by=actor, at=at)
    return PaymentOut.of(order, language)


@api.get(
    "/unknown",
    dependencies=[Depends(require(READ_ANY))],
    summary="Payments of which nobody knows how they ended",
)
async def list_unknown_payments(
    tx: ReadTx,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> PaymentsOut:
    """Return them, the oldest first; their channels are asked until they tell.

    Problems: `page.bad_cursor`.
    """
    page = await service.unknown(tx, after=after, limit=limit)
    return PaymentsOut(items=[PaymentOut.of(each, language) for each in page.items], next=page.next)


@api.get(
    "/{payment_id:uuid}/history",
    dependencies=[Depends(require(READ_ANY))],
    summary="Where a payment has been",
)
async def read_payment_history(
    payment_id: UUID, tx: ReadTx, language: RequestLanguage
) -> PaymentHistoryOut:
    """Return every arrow it took, with who, when and why, and every try at a channel.

    Problems: `payments.unknown_payment`.
    """
    return PaymentHistoryOut.of(await service.history(tx, payment_id), language)


@api.post(
    "/{payment_id:uuid}/inquiry",
    dependencies=[Depends(require(RESOLVE))],
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask the channel now what became of a payment",
)
async def inquire_payment(
    payment_id: UUID, tx: WriteTx, at: Instant, language: RequestLanguage
) -> PaymentOut:
    """Have a worker ask at once, without waiting for its next turn; the history tells the answer.

    Problems: `payments.unknown_payment`, `payments.nothing_to_ask`.
    """
    return PaymentOut.of(await service.inquire(tx, payment_id, at=at), language)


@api.post(
    "/{payment_id:uuid}/resolution",
    dependencies=[Depends(require(RESOLVE))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose how an unknown payment ended",
)
async def resolve_payment(
    payment_id: UUID,
    body: NewResolution,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose to settle or reject what stays unknown, as the channel's people say it ended.

    Somebody else approves it. A channel that answers meanwhile goes first.

    Problems: `payments.unknown_payment`, `payments.not_unknown`.
    """
    await service.check_unknown(tx, payment_id)
    told = service.ProposedResolution(payment_id=payment_id, **dict(body))
    return await hold(
        service.RESOLUTION, told, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )
