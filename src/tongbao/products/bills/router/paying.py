"""Asking what is owed, paying it, and what became of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.proposals import HELD_OR_SIGNED, held
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
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
from tongbao.products.bills import service
from tongbao.products.bills.router.base import (
    MAY_PAY,
    MAY_SEE_ALL,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
    check_visible,
)
from tongbao.products.bills.schemas.bills import (
    BillArrowOut,
    BillHistoryOut,
    BillPaymentOut,
    BillPaymentsOut,
    BillQueryOut,
    NewBillPayment,
    NewBillQuery,
)

api = router(prefix=PREFIX, tags=TAGS)


@api.post(
    "/queries",
    dependencies=MAY_PAY,
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask a biller what is owed",
)
async def ask(
    body: NewBillQuery, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> BillQueryOut:
    """Have a biller asked; the answer is read at `Location` when `state` is no longer `asking`.

    Problems: `parties.unknown_party`, `bills.unknown_biller`, `bills.number_malformed`,
    `bills.too_many_queries`.
    """
    asked = await service.ask(
        tx,
        party_id=body.party_id,
        biller=body.biller,
        number=body.customer_number,
        asked_by=actor,
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/queries/{asked.id}"
    return BillQueryOut.of(asked)


@api.get("/queries/{query_id:uuid}", summary="What a biller answered")
async def read_query(query_id: UUID, tx: ReadTx, actor: CurrentActor) -> BillQueryOut:
    """Return a query with the bills that are open; they can be paid for a day.

    A query that failed says why: `bills.unknown_customer`, `bills.biller_unavailable`,
    `bills.biller_untrustworthy`.

    Problems: `bills.unknown_query`.
    """
    return BillQueryOut.of(await service.query(tx, query_id, visible_to=actor.reach(READ_ANY)))


@api.post(
    "/payments",
    dependencies=[*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED],
    status_code=status.HTTP_201_CREATED,
    response_model=BillPaymentOut,
    responses=HELD_OR_SIGNED,
    summary="Pay a bill",
)
async def pay(
    body: NewBillPayment,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> BillPaymentOut | Response:
    """Pay a bill's amount to its biller, who is told at once and asked until it has confirmed.

    As for any payment, a large one or one to a payee not confirmed before is answered 403 with
    `identity.step_up_required`, what is rejected is answered 422 and kept among the payments, and
    what takes others of the firm 202 with the proposal or the instruction. What the biller refuses
    goes back by itself.

    Problems: `bills.unknown_bill`, `bills.unknown_biller`, `bills.biller_not_payable`,
    `bills.outdated`, `bills.already_paid`, `accounts.unknown_account`, and as for a payment.
    """
    waiting = await service.ask_payment(
        tx, bill_id=body.bill_id, debtor_account_id=body.debtor_account_id, payer=actor, at=at
    )
    if waiting is not None:
        return held(waiting, request=request)
    paying = await service.pay(
        tx,
        bill_id=body.bill_id,
        debtor_account_id=body.debtor_account_id,
        initiated_by=actor,
        step_up_token=step_up_token,
        at=at,
    )
    order = paying.transfer
    if paying.bill is None:
        assert order.refusal is not None, "what was not paid was refused"
        assert order.reason is not None, "what is refused has its reason"
        order.refusal.facts.update(payment_id=str(order.id), iso_reason_code=order.reason.iso_code)
        return problem_response(request.scope, order.refusal)
    response.headers["Location"] = f"{PREFIX}/payments/{paying.bill.id}"
    return BillPaymentOut.of(paying.bill, language)


@api.get("/payments", summary="The bills a party has paid")
async def list_payments(
    party_id: Annotated[UUID, Query(description="Whose; one's own party")],
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> BillPaymentsOut:
    """Return paid bills, the newest first.

    Problems: `parties.unknown_party`, `page.bad_cursor`.
    """
    check_visible(actor, party_id)
    page = await service.list_payments(tx, party_id=party_id, after=after, limit=limit)
    return BillPaymentsOut(
        items=[BillPaymentOut.of(each, language) for each in page.items], next=page.next
    )


@api.get("/stuck", dependencies=MAY_SEE_ALL, summary="Paid bills that have not come to an end")
async def list_stuck(
    tx: ReadTx,
    at: Instant,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> BillPaymentsOut:
    """Return what is neither confirmed nor refunded a quarter of an hour after it was paid.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_stuck(tx, after=after, limit=limit, at=at)
    return BillPaymentsOut(
        items=[BillPaymentOut.of(each, language) for each in page.items], next=page.next
    )


@api.get("/payments/{bill_payment_id:uuid}", summary="One paid bill")
async def read_payment(
    bill_payment_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> BillPaymentOut:
    """Return a paid bill with the biller's receipt number, once there is one.

    Problems: `bills.unknown_payment`.
    """
    found = await service.get(tx, bill_payment_id, visible_to=actor.reach(READ_ANY))
    return BillPaymentOut.of(found, language)


@api.get("/payments/{bill_payment_id:uuid}/history", summary="How a paid bill came to stand so")
async def read_history(bill_payment_id: UUID, tx: ReadTx, actor: CurrentActor) -> BillHistoryOut:
    """Return every arrow a paid bill took, with who and why.

    Problems: `bills.unknown_payment`.
    """
    found = await service.get(tx, bill_payment_id, visible_to=actor.reach(READ_ANY))
    taken = await service.arrows(tx, found.id)
    return BillHistoryOut(items=[BillArrowOut.of(each) for each in taken])
