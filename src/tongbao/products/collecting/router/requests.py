"""Requests to pay: asking, and answering."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from tongbao.infra.auth import Actor, CurrentActor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import HELD_OR_SIGNED, held
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
from tongbao.products.collecting import service
from tongbao.products.collecting.router.base import (
    MAY_COLLECT,
    MAY_PAY,
    PAYS,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
    receipt_of,
)
from tongbao.products.collecting.schemas.base import CollectionReceiptOut
from tongbao.products.collecting.schemas.requests import (
    NewRequestByPhone,
    NewRequestToPay,
    RequestPaymentIn,
    RequestRefusalIn,
    RequestsToPayOut,
    RequestToPayOut,
)

api = router(prefix=f"{PREFIX}/requests", tags=TAGS)


@api.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_COLLECT,
    summary="Ask the holder of an account to pay",
)
async def request_payment(
    body: NewRequestToPay, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> RequestToPayOut:
    """Ask for money; the customer who is asked gets a notice and pays, or refuses.

    Problems: `accounts.unknown_account`, `collecting.account_not_usable`,
    `collecting.text_malformed`, `collecting.amount_not_positive`,
    `collecting.currency_not_allowed`, `collecting.time_out_of_range`,
    `collecting.debtor_not_found`, `collecting.own_request`, `collecting.too_many_requests`.
    """
    debtor = service.Debtor(name=body.debtor_name, account_number=body.debtor_account_number)
    return await _request(body, debtor, tx=tx, actor=actor, at=at, response=response)


@api.post(
    "/by-phone",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_COLLECT,
    summary="Ask the customer with a phone number to pay",
)
async def request_by_phone(
    body: NewRequestByPhone, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> RequestToPayOut:
    """Ask for money by a verified phone number and the name that goes with it.

    Whether the number or the name is wrong is not said, and tries are few for each address.

    Problems: as by an account's number, `parties.phone_malformed`.
    """
    debtor = service.Debtor(name=body.debtor_name, phone=body.debtor_phone)
    return await _request(body, debtor, tx=tx, actor=actor, at=at, response=response)


async def _request(
    body: NewRequestToPay | NewRequestByPhone,
    debtor: service.Debtor,
    *,
    tx: WriteSession,
    actor: Actor,
    at: datetime,
    response: Response,
) -> RequestToPayOut:
    wanted = service.NewRequest(
        account_id=body.account_id,
        debtor=debtor,
        amount=body.amount,
        title=body.title,
        expires_at=body.expires_at,
        in_parts=body.in_parts,
        reference=body.reference,
    )
    made = await service.request_payment(tx, wanted, requested_by=actor, at=at)
    response.headers["Location"] = f"{PREFIX}/requests/{made.id}"
    return RequestToPayOut.of(made, at=at)


@api.get("", summary="Requests to pay")
async def list_requests(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    side: Annotated[
        service.Side | None, Query(description="Those one made, or those one was sent")
    ] = None,
    party_id: Annotated[UUID | None, Query(description="Only of this party")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> RequestsToPayOut:
    """Return the requests that one's own parties made or were sent (staff: all), newest first.

    Problems: `page.bad_cursor`.
    """
    among = actor.reach(READ_ANY, party_id)
    page = await service.list_requests(tx, side=side, among=among, after=after, limit=limit)
    return RequestsToPayOut(
        items=[RequestToPayOut.of(each, at=at) for each in page.items], next=page.next
    )


@api.get("/{request_id:uuid}", summary="One request to pay")
async def read_request(
    request_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant
) -> RequestToPayOut:
    """Return a request to both of its parties. Problems: `collecting.unknown_request`."""
    request = await service.get_request(tx, request_id, visible_to=actor.reach(READ_ANY))
    return RequestToPayOut.of(request, at=at)


@api.post(
    "/{request_id:uuid}/payments",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=CollectionReceiptOut,
    responses=HELD_OR_SIGNED,
    summary="Pay a request",
)
async def pay_request(
    *,
    request_id: UUID,
    body: RequestPaymentIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> CollectionReceiptOut | Response:
    """Pay all that is open of a request, or a part where the payee takes parts.

    As for any payment, a large one or one to a new payee is answered 403 with
    `identity.step_up_required`, what is rejected is answered 422 and kept, and what takes others of
    the firm 202 with the proposal or the instruction.

    Problems: `collecting.unknown_request`, `collecting.other_side`, `collecting.request_ended`,
    `collecting.amount_not_positive`, `collecting.currency_not_allowed`,
    `collecting.more_than_asked`, `collecting.part_not_allowed`, and as for a payment.
    """
    payer = service.Payer(actor=actor, account_id=body.debtor_account_id, token=step_up_token)
    waiting = await service.ask_request(
        tx, request_id=request_id, amount=body.amount, payer=payer, at=at
    )
    if waiting is not None:
        return held(waiting, request=request)
    paid = await service.pay_request(
        tx, request_id=request_id, amount=body.amount, payer=payer, at=at
    )
    return await receipt_of(tx, paid, request=request, response=response, language=language)


@api.post("/{request_id:uuid}/refusal", dependencies=MAY_PAY, summary="Refuse a request")
async def decline_request(
    request_id: UUID, body: RequestRefusalIn, tx: WriteTx, actor: CurrentActor, at: Instant
) -> RequestToPayOut:
    """Refuse what is open of a request; what was paid in part stays.

    Problems: `collecting.unknown_request`, `collecting.other_side`, `collecting.request_ended`,
    `collecting.text_malformed`.
    """
    declined = await service.decline_request(
        tx, request_id=request_id, reason=body.reason, declined_by=actor, at=at
    )
    return RequestToPayOut.of(declined, at=at)


@api.post(
    "/{request_id:uuid}/cancellation", dependencies=MAY_COLLECT, summary="Take a request back"
)
async def cancel_request(
    request_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> RequestToPayOut:
    """Take back what is open of one's own request.

    Problems: `collecting.unknown_request`, `collecting.other_side`, `collecting.request_ended`.
    """
    cancelled = await service.cancel_request(tx, request_id=request_id, cancelled_by=actor, at=at)
    return RequestToPayOut.of(cancelled, at=at)
