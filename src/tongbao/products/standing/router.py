"""`/api/v1/standing-orders`: payments on days to come."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response, status

from tongbao.core.parties import service as parties
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import HELD_OR_SIGNED, held
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
from tongbao.products.standing import service
from tongbao.products.standing.schemas import (
    DatesToCome,
    NewStandingOrder,
    OccurrenceOut,
    OccurrencesOut,
    ScheduleIn,
    StandingOrderOut,
    StandingOrdersOut,
)

PREFIX: Final = "/api/v1/standing-orders"
READ_ANY: Final = "payments:read_any"
MAY_PAY: Final = [Depends(require(service.INITIATE))]

api = router(prefix=PREFIX, tags=["standing"])


@api.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED],
    response_model=StandingOrderOut,
    responses=HELD_OR_SIGNED,
    summary="Order payments to come",
)
async def make_order(
    body: NewStandingOrder,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    response: Response,
    step_up_token: Annotated[
        str | None,
        Header(alias="Step-Up-Token", max_length=512, description="Of the order; good once"),
    ] = None,
) -> StandingOrderOut | Response:
    """Order payments, confirmed by a step-up over payee, amount and days; each is then paid alone.

    Above what the caller may pay alone a second person approves it, or, where the firm's policy
    asks for signatures, its approvers sign it once for all dates: 202 with what waits.

    Problems: `accounts.unknown_account`, `standing.schedule_wrong`, `standing.too_early`,
    `standing.too_many_orders`, `standing.payee_differs`, `approvals.no_rule`,
    `payments.amount_not_positive`, `payments.creditor_name_malformed`,
    `payments.remittance_malformed`, `payments.cooling_off`, `payments.too_many_name_checks`,
    `identity.step_up_required`.
    """
    words = body.model_dump(exclude={"schedule", "amount"}, exclude_none=True)
    days = body.schedule.model_dump(exclude_none=True)
    wanted = service.WantedOrder.model_validate({**words, **days, "amount": body.amount})
    waiting = await service.ask(tx, wanted, initiated_by=actor, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    order = await service.make(tx, wanted, initiated_by=actor, step_up_token=step_up_token, at=at)
    response.headers["Location"] = f"{PREFIX}/{order.id}"
    return StandingOrderOut.of(order)


@api.post("/preview", summary="The dates a schedule means")
async def preview_dates(body: ScheduleIn, _actor: CurrentActor) -> DatesToCome:
    """Return the first dozen dates, with holidays looked at; nothing is ordered.

    Problems: `standing.schedule_wrong`.
    """
    return DatesToCome.of(body.schedule)


@api.get("", summary="The standing orders of a party")
async def list_orders(
    party_id: Annotated[UUID, Query(description="Whose; one's own party")],
    tx: ReadTx,
    actor: CurrentActor,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> StandingOrdersOut:
    """Return a party's orders, the newest first, whatever became of them.

    Problems: `parties.unknown_party`, `page.bad_cursor`.
    """
    visible = actor.reach(READ_ANY)
    if visible is not None and party_id not in visible:
        raise parties.UnknownParty(party_id=party_id)
    page = await service.list_orders(tx, party_id=party_id, after=after, limit=limit)
    return StandingOrdersOut(
        items=[StandingOrderOut.of(each) for each in page.items], next=page.next
    )


@api.get("/{order_id:uuid}", summary="One standing order")
async def read_order(order_id: UUID, tx: ReadTx, actor: CurrentActor) -> StandingOrderOut:
    """Return an order of an own party.

    Problems: `standing.unknown_order`.
    """
    return StandingOrderOut.of(await service.get(tx, order_id, visible_to=actor.reach(READ_ANY)))


@api.get("/{order_id:uuid}/upcoming", summary="The next dates of an order")
async def list_upcoming(order_id: UUID, tx: ReadTx, actor: CurrentActor) -> DatesToCome:
    """Return the next dozen dates; none when it is paused or over.

    Problems: `standing.unknown_order`.
    """
    order = await service.get(tx, order_id, visible_to=actor.reach(READ_ANY))
    if order.state is not service.OrderState.ACTIVE:
        return DatesToCome(items=[])
    return DatesToCome.of(order.schedule, number=order.next_number)


@api.get("/{order_id:uuid}/occurrences", summary="What became of an order's dates")
async def list_occurrences(
    order_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> OccurrencesOut:
    """Return the dates that fell due, the latest first, each paid, retried or missed.

    Problems: `standing.unknown_order`, `page.bad_cursor`.
    """
    order = await service.get(tx, order_id, visible_to=actor.reach(READ_ANY))
    page = await service.list_occurrences(tx, order_id=order.id, after=after, limit=limit)
    return OccurrencesOut(
        items=[OccurrenceOut.of(each, language) for each in page.items], next=page.next
    )


@api.post("/{order_id:uuid}/pause", dependencies=MAY_PAY, summary="Pause a standing order")
async def pause_order(
    order_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> StandingOrderOut:
    """Pay nothing until it is resumed.

    Problems: `standing.unknown_order`, `standing.not_possible`.
    """
    return StandingOrderOut.of(await service.pause(tx, order_id=order_id, actor=actor, at=at))


@api.post("/{order_id:uuid}/resume", dependencies=MAY_PAY, summary="Resume a standing order")
async def resume_order(
    order_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> StandingOrderOut:
    """Go on with the first date after today; those of the pause are passed over.

    Problems: `standing.unknown_order`, `standing.not_possible`.
    """
    return StandingOrderOut.of(await service.resume(tx, order_id=order_id, actor=actor, at=at))


@api.post("/{order_id:uuid}/cancel", dependencies=MAY_PAY, summary="Cancel a standing order")
async def cancel_order(
    order_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> StandingOrderOut:
    """End an order; what was paid stays paid.

    Problems: `standing.unknown_order`, `standing.not_possible`.
    """
    return StandingOrderOut.of(await service.cancel(tx, order_id=order_id, actor=actor, at=at))
