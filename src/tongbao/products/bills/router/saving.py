"""Numbers at billers that a party remembers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, ReadTx, WriteTx, router
from tongbao.products.bills import service
from tongbao.products.bills.router.base import MAY_PAY, PREFIX, TAGS, check_visible
from tongbao.products.bills.schemas.bills import (
    BillQueryOut,
    NewSavedBill,
    SavedBillOut,
    SavedBillsOut,
)

api = router(prefix=PREFIX, tags=TAGS)


@api.post(
    "/saved", dependencies=MAY_PAY, status_code=status.HTTP_201_CREATED, summary="Save a number"
)
async def save_number(
    body: NewSavedBill, tx: WriteTx, actor: CurrentActor, at: Instant
) -> SavedBillOut:
    """Remember a customer's number at a biller, with a nickname.

    Problems: `parties.unknown_party`, `bills.unknown_biller`, `bills.number_malformed`,
    `bills.already_saved`, `bills.too_many_saved`.
    """
    saved = await service.save(
        tx,
        party_id=body.party_id,
        biller=body.biller,
        number=body.customer_number,
        nickname=body.nickname,
        saved_by=actor,
        at=at,
    )
    return SavedBillOut.of(saved)


@api.get("/saved", summary="The numbers a party has saved")
async def list_saved(
    party_id: Annotated[UUID, Query(description="Whose; one's own party")],
    tx: ReadTx,
    actor: CurrentActor,
) -> SavedBillsOut:
    """Return the numbers that are remembered, the latest first.

    Problems: `parties.unknown_party`.
    """
    check_visible(actor, party_id)
    found = await service.saved_bills(tx, party_id)
    return SavedBillsOut(items=[SavedBillOut.of(each) for each in found])


@api.post(
    "/saved/{saved_id:uuid}/queries",
    dependencies=MAY_PAY,
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask what is owed for a saved number",
)
async def ask_saved(
    saved_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> BillQueryOut:
    """Have the biller asked; the answer is read at `Location`.

    Problems: `bills.unknown_saved`, `bills.unknown_biller`, `bills.too_many_queries`.
    """
    asked = await service.ask_saved(tx, saved_id, asked_by=actor, at=at)
    response.headers["Location"] = f"{PREFIX}/queries/{asked.id}"
    return BillQueryOut.of(asked)


@api.delete(
    "/saved/{saved_id:uuid}",
    dependencies=MAY_PAY,
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Forget a saved number",
)
async def forget_number(saved_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> None:
    """Remember a number no more.

    Problems: `bills.unknown_saved`, `bills.saved_in_use`.
    """
    await service.forget(tx, saved_id, actor=actor, at=at)
