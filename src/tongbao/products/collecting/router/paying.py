"""What payers do with codes they scan, and what was collected."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.proposals import HELD_OR_SIGNED, held
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT
from tongbao.products.collecting import service
from tongbao.products.collecting.domain.texts import REFERENCE_LENGTH_MAX, REFERENCE_PATTERN
from tongbao.products.collecting.router.base import (
    PAYS,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
    receipt_of,
)
from tongbao.products.collecting.schemas.base import (
    CollectionOut,
    CollectionReceiptOut,
    CollectionsOut,
)
from tongbao.products.collecting.schemas.tills import CodeOfferOut, CodePaymentIn, ScanIn

api = router(prefix=PREFIX, tags=TAGS)


@api.post("/scans", dependencies=[NO_IDEMPOTENCY_KEY], summary="Read a scanned code")
async def scan(body: ScanIn, tx: ReadTx, _actor: CurrentActor, at: Instant) -> CodeOfferOut:
    """Return what a code asks for, by what the bank knows of it; nothing moves.

    Problems: `emvco.malformed`, `emvco.damaged`, `collecting.code_not_ours`,
    `collecting.code_altered`, `collecting.till_closed`, `collecting.link_ended`.
    """
    return CodeOfferOut.of(await service.scan(tx, body.code, at=at))


@api.post(
    "/payments",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=CollectionReceiptOut,
    responses=HELD_OR_SIGNED,
    summary="Pay a scanned code",
)
async def pay_code(
    *,
    body: CodePaymentIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> CollectionReceiptOut | Response:
    """Pay what a code asks for; a code for one sale is paid once.

    As for any payment, a large one or one to a new payee is answered 403 with
    `identity.step_up_required`, what is rejected is answered 422 and kept, and what takes others of
    the firm 202 with the proposal or the instruction.

    Problems: as for reading the code, `collecting.amount_missing`, `collecting.amount_fixed`,
    `collecting.amount_not_positive`, `collecting.currency_not_allowed`, and as for a payment.
    """
    payer = service.Payer(actor=actor, account_id=body.debtor_account_id, token=step_up_token)
    waiting = await service.ask_code(tx, text=body.code, amount=body.amount, payer=payer, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    paid = await service.pay_code(tx, text=body.code, amount=body.amount, payer=payer, at=at)
    return await receipt_of(tx, paid, request=request, response=response, language=language)


@api.get("/payments", summary="What was collected")
async def list_payments(
    *,
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    party_id: Annotated[UUID | None, Query(description="Only for this party")] = None,
    till_id: Annotated[UUID | None, Query(description="Only at this till")] = None,
    link_id: Annotated[UUID | None, Query(description="Only by this link")] = None,
    request_id: Annotated[UUID | None, Query(description="Only by this request")] = None,
    reference: Annotated[
        str | None,
        Query(
            max_length=REFERENCE_LENGTH_MAX,
            pattern=REFERENCE_PATTERN,
            description="The payee's own number",
        ),
    ] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> CollectionsOut:
    """Return what was collected for one's own parties (staff: all), newest first.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_collections(
        tx,
        among=actor.reach(READ_ANY, party_id),
        wanted=service.Filter(
            till_id=till_id, link_id=link_id, request_id=request_id, reference=reference
        ),
        after=after,
        limit=limit,
    )
    return CollectionsOut(
        items=[CollectionOut.of(each, language) for each in page.items], next=page.next
    )


@api.get("/payments/{payment_id:uuid}", summary="The receipt of a payment")
async def read_receipt(
    payment_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> CollectionReceiptOut:
    """Return who paid whom how much and what for, to both of them.

    Problems: `collecting.unknown_payment`.
    """
    receipt = await service.receipt(tx, payment_id, visible_to=actor.reach(READ_ANY))
    return CollectionReceiptOut.whole(receipt, language)
