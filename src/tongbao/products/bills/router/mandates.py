"""Mandates: bills that are paid by themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import IDEMPOTENCY_KEY_REQUIRED, Instant, ReadTx, WriteTx, router
from tongbao.products.bills import service
from tongbao.products.bills.router.base import (
    MAY_PAY,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
    check_visible,
)
from tongbao.products.bills.schemas.mandates import (
    BillMandateChangeOut,
    BillMandateHistoryOut,
    BillMandateOut,
    BillMandatesOut,
    DueBillOut,
    NewBillMandate,
)

api = router(prefix=PREFIX, tags=TAGS)


@api.post(
    "/mandates",
    dependencies=[*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED],
    status_code=status.HTTP_201_CREATED,
    summary="Have bills paid by themselves",
)
async def make_mandate(
    body: NewBillMandate,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> BillMandateOut:
    """Agree that a saved number's bills are paid, each up to a maximum, confirmed by a step-up.

    Problems: `bills.unknown_saved`, `bills.unknown_biller`, `bills.biller_not_payable`,
    `bills.mandate_exists`, `accounts.unknown_account`, `payments.amount_not_positive`,
    `payments.approval_needed`, `identity.step_up_required`.
    """
    made = await service.make_mandate(
        tx,
        saved_id=body.saved_id,
        debtor_account_id=body.debtor_account_id,
        maximum=body.maximum,
        month_day=body.month_day,
        made_by=actor,
        step_up_token=step_up_token,
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/mandates/{made.id}"
    return BillMandateOut.of(made)


@api.get("/mandates", summary="The mandates of a party")
async def list_mandates(
    party_id: Annotated[UUID, Query(description="Whose; one's own party")],
    tx: ReadTx,
    actor: CurrentActor,
) -> BillMandatesOut:
    """Return mandates, whatever became of them, the newest first.

    Problems: `parties.unknown_party`.
    """
    check_visible(actor, party_id)
    found = await service.mandates(tx, party_id)
    return BillMandatesOut(items=[BillMandateOut.of(each) for each in found])


@api.get("/mandates/{mandate_id:uuid}", summary="One mandate")
async def read_mandate(mandate_id: UUID, tx: ReadTx, actor: CurrentActor) -> BillMandateOut:
    """Return a mandate.

    Problems: `bills.unknown_mandate`.
    """
    found = await service.mandate(tx, mandate_id, visible_to=actor.reach(READ_ANY))
    return BillMandateOut.of(found)


@api.get("/mandates/{mandate_id:uuid}/history", summary="What became of a mandate's bills")
async def read_mandate_history(
    mandate_id: UUID, tx: ReadTx, actor: CurrentActor
) -> BillMandateHistoryOut:
    """Return who changed a mandate and when, and what became of each bill.

    Problems: `bills.unknown_mandate`.
    """
    found = await service.mandate(tx, mandate_id, visible_to=actor.reach(READ_ANY))
    changes = await service.mandate_changes(tx, found.id)
    bills = await service.due_bills(tx, found.id)
    return BillMandateHistoryOut(
        changes=[BillMandateChangeOut.of(each) for each in changes],
        bills=[DueBillOut.of(each) for each in bills],
    )


@api.post("/mandates/{mandate_id:uuid}/pause", dependencies=MAY_PAY, summary="Pause a mandate")
async def pause_mandate(
    mandate_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> BillMandateOut:
    """Pay nothing until it is resumed.

    Problems: `bills.unknown_mandate`, `bills.mandate_not_possible`.
    """
    return BillMandateOut.of(await service.pause_mandate(tx, mandate_id, actor=actor, at=at))


@api.post("/mandates/{mandate_id:uuid}/resume", dependencies=MAY_PAY, summary="Resume a mandate")
async def resume_mandate(
    mandate_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> BillMandateOut:
    """Go on as if it were agreed today.

    Problems: `bills.unknown_mandate`, `bills.mandate_not_possible`.
    """
    return BillMandateOut.of(await service.resume_mandate(tx, mandate_id, actor=actor, at=at))


@api.post("/mandates/{mandate_id:uuid}/end", dependencies=MAY_PAY, summary="End a mandate")
async def end_mandate(
    mandate_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> BillMandateOut:
    """End a mandate for good; what was paid stays paid.

    Problems: `bills.unknown_mandate`, `bills.mandate_not_possible`.
    """
    return BillMandateOut.of(await service.end_mandate(tx, mandate_id, actor=actor, at=at))
