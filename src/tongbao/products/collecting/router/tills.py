"""Tills: opening them, their codes, and charging codes that payers show."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    problem_response,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT
from tongbao.products.collecting import service
from tongbao.products.collecting.router.base import (
    CHARGES,
    MAY_COLLECT,
    PREFIX,
    READ_ANY,
    TAGS,
    receipt_of,
)
from tongbao.products.collecting.schemas.base import CollectionReceiptOut
from tongbao.products.collecting.schemas.tills import (
    ChargeIn,
    NewOrderCode,
    NewTill,
    OrderCodeOut,
    TillCodeOut,
    TillOut,
    TillsOut,
)

api = router(prefix=f"{PREFIX}/tills", tags=TAGS)


@api.post("", status_code=status.HTTP_201_CREATED, dependencies=MAY_COLLECT, summary="Open a till")
async def open_till(
    body: NewTill, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> TillOut:
    """Open a place that takes payments into an own account.

    Problems: `accounts.unknown_account`, `collecting.account_not_usable`,
    `collecting.text_malformed`, `emvco.malformed`.
    """
    till = await service.open_till(
        tx,
        account_id=body.account_id,
        name=body.name,
        latin_name=body.latin_name,
        latin_city=body.latin_city,
        category_code=body.category_code,
        opened_by=actor,
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/tills/{till.id}"
    return TillOut.of(till)


@api.get("", summary="Tills")
async def list_tills(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: Annotated[UUID | None, Query(description="Only of this party")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> TillsOut:
    """Return the tills of one's own parties (staff: all), newest first.

    Problems: `page.bad_cursor`.
    """
    among = actor.reach(READ_ANY, party_id)
    page = await service.list_tills(tx, among=among, after=after, limit=limit)
    return TillsOut(items=[TillOut.of(each) for each in page.items], next=page.next)


@api.get("/{till_id:uuid}", summary="One till")
async def read_till(till_id: UUID, tx: ReadTx, actor: CurrentActor) -> TillOut:
    """Return a till. Problems: `collecting.unknown_till`."""
    return TillOut.of(await service.get_till(tx, till_id, visible_to=actor.reach(READ_ANY)))


@api.post("/{till_id:uuid}/closure", dependencies=MAY_COLLECT, summary="Close a till")
async def close_till(till_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> TillOut:
    """Close a till for good; its codes lead nowhere from then on.

    Problems: `collecting.unknown_till`.
    """
    return TillOut.of(await service.close_till(tx, till_id=till_id, closed_by=actor, at=at))


@api.get("/{till_id:uuid}/code", summary="The code that hangs at a till")
async def read_code(till_id: UUID, tx: ReadTx, actor: CurrentActor) -> TillCodeOut:
    """Return the text of the code to be printed; whoever scans it says how much they pay.

    Problems: `collecting.unknown_till`, `collecting.till_closed`.
    """
    code = await service.till_code(tx, till_id, visible_to=actor.reach(READ_ANY))
    return TillCodeOut(till_id=till_id, code=code)


@api.post(
    "/{till_id:uuid}/codes",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_COLLECT,
    summary="A code for one sale",
)
async def create_code(
    till_id: UUID, body: NewOrderCode, tx: WriteTx, actor: CurrentActor, at: Instant
) -> OrderCodeOut:
    """Make a code that is paid once, within a quarter of an hour.

    Problems: `collecting.unknown_till`, `collecting.till_closed`,
    `collecting.account_not_usable`, `collecting.amount_not_positive`,
    `collecting.currency_not_allowed`, `collecting.text_malformed`, `emvco.malformed`.
    """
    link, code = await service.create_order(
        tx,
        till_id=till_id,
        amount=body.amount,
        title=body.title,
        reference=body.reference,
        created_by=actor,
        at=at,
    )
    return OrderCodeOut.of(link, code)


@api.post(
    "/{till_id:uuid}/charges",
    status_code=status.HTTP_201_CREATED,
    dependencies=CHARGES,
    response_model=CollectionReceiptOut,
    summary="Charge a code that a payer shows",
)
async def charge(
    *,
    till_id: UUID,
    body: ChargeIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
) -> CollectionReceiptOut | Response:
    """Take an amount by a code that was scanned from a payer's screen; a code is good once.

    What the payer's side refuses spends the code as well, and only the payer learns why.

    Problems: `collecting.unknown_till`, `collecting.till_closed`,
    `collecting.amount_not_positive`, `collecting.currency_not_allowed`,
    `collecting.text_malformed`, `collecting.pay_code_not_good`, `collecting.charge_declined`,
    `collecting.reference_used`.
    """
    charged = await service.charge(
        tx,
        till_id=till_id,
        code=body.code,
        amount=body.amount,
        title=body.title,
        reference=body.reference,
        charged_by=actor,
        at=at,
    )
    if isinstance(charged, service.ChargeDeclined):
        return problem_response(request.scope, charged)
    return await receipt_of(tx, charged, request=request, response=response, language=language)
