"""Payment links, and the public pages they lead to."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response, status

from tongbao.infra.auth import PUBLIC, CurrentActor
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
from tongbao.products.collecting.domain.links import TOKEN_LENGTH_MAX, TOKEN_PATTERN
from tongbao.products.collecting.router.base import (
    MAY_COLLECT,
    PAYS,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
    receipt_of,
)
from tongbao.products.collecting.schemas.base import CollectionReceiptOut
from tongbao.products.collecting.schemas.links import (
    LinkPaymentIn,
    NewPaymentLink,
    PaymentLinkOut,
    PaymentLinksOut,
    PayPageOut,
)

api = router(prefix=PREFIX, tags=TAGS)

Token = Annotated[
    str, Path(max_length=TOKEN_LENGTH_MAX, pattern=TOKEN_PATTERN, description="Of the link")
]


@api.post(
    "/links",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_COLLECT,
    summary="Make a payment link",
)
async def create_link(
    body: NewPaymentLink, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> PaymentLinkOut:
    """Make a link that anybody who has it can pay, once or several times, until it ends.

    Problems: `accounts.unknown_account`, `collecting.account_not_usable`,
    `collecting.text_malformed`, `collecting.amount_not_positive`,
    `collecting.currency_not_allowed`, `collecting.time_out_of_range`.
    """
    wanted = service.NewLink(
        account_id=body.account_id,
        title=body.title,
        amount=body.amount,
        payments_max=body.payments_max,
        expires_at=body.expires_at,
        reference=body.reference,
    )
    link = await service.create_link(tx, wanted, created_by=actor, at=at)
    response.headers["Location"] = f"{PREFIX}/links/{link.id}"
    return PaymentLinkOut.of(link, at=at)


@api.get("/links", summary="Payment links")
async def list_links(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    party_id: Annotated[UUID | None, Query(description="Only of this party")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> PaymentLinksOut:
    """Return the links of one's own parties (staff: all), newest first.

    Problems: `page.bad_cursor`.
    """
    among = actor.reach(READ_ANY, party_id)
    page = await service.list_links(tx, among=among, after=after, limit=limit)
    return PaymentLinksOut(
        items=[PaymentLinkOut.of(each, at=at) for each in page.items], next=page.next
    )


@api.get("/links/{link_id:uuid}", summary="One payment link")
async def read_link(link_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> PaymentLinkOut:
    """Return a link, and how often it was paid. Problems: `collecting.unknown_link`."""
    link = await service.get_link(tx, link_id, visible_to=actor.reach(READ_ANY))
    return PaymentLinkOut.of(link, at=at)


@api.post(
    "/links/{link_id:uuid}/cancellation",
    dependencies=MAY_COLLECT,
    summary="Take a payment link back",
)
async def cancel_link(
    link_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> PaymentLinkOut:
    """End a link before its time; what was paid by it stays.

    Problems: `collecting.unknown_link`, `collecting.link_ended`.
    """
    link = await service.cancel_link(tx, link_id=link_id, cancelled_by=actor, at=at)
    return PaymentLinkOut.of(link, at=at)


@api.get("/pages/{token}", dependencies=[PUBLIC], summary="What a payment link asks for")
async def read_page(token: Token, tx: ReadTx, at: Instant) -> PayPageOut:
    """Return what anybody who has the link may read.

    Problems: `collecting.unknown_link`.
    """
    return PayPageOut.of(await service.pay_page(tx, token, at=at))


@api.post(
    "/pages/{token}/payments",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=CollectionReceiptOut,
    responses=HELD_OR_SIGNED,
    summary="Pay a payment link",
)
async def pay_link(
    *,
    token: Token,
    body: LinkPaymentIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> CollectionReceiptOut | Response:
    """Pay what a link asks for, from an own account.

    As for any payment, a large one or one to a new payee is answered 403 with
    `identity.step_up_required`, what is rejected is answered 422 and kept, and what takes others of
    the firm 202 with the proposal or the instruction.

    Problems: `collecting.unknown_link`, `collecting.link_ended`, `collecting.amount_missing`,
    `collecting.amount_fixed`, `collecting.amount_not_positive`,
    `collecting.currency_not_allowed`, and as for a payment.
    """
    payer = service.Payer(actor=actor, account_id=body.debtor_account_id, token=step_up_token)
    waiting = await service.ask_link(tx, token=token, amount=body.amount, payer=payer, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    paid = await service.pay_link(tx, token=token, amount=body.amount, payer=payer, at=at)
    return await receipt_of(tx, paid, request=request, response=response, language=language)
