"""`/api/v1/payments`: transfers between accounts of this bank.

A rejected order is answered as a problem (422, the reason's own code) *and* kept: a caller who
looks only at the status must never believe that money moved, and both the answer and the order can
be read again (by the same Idempotency-Key, and under `payment_id`).
"""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments import service
from tongbao.core.payments.router.headers import StepUpHeader
from tongbao.core.payments.router.paying_together import pay_together
from tongbao.core.payments.router.rejecting import PREFIX, answer
from tongbao.core.payments.schemas import (
    HeadroomOut,
    NewTransfer,
    PaymentOut,
    PaymentsOut,
    StatusWord,
)
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
    together,
)
from tongbao.kernel.clock import business_date
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

INITIATE = "payments:initiate"
READ_ANY = "payments:read_any"
APPROVERS: Final = sorted(
    role.value for role, held in identity.MEMBER_PERMISSIONS.items() if service.APPROVE in held
)

api = router(prefix=PREFIX, tags=["payments"])


@api.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require(INITIATE)), IDEMPOTENCY_KEY_REQUIRED],
    response_model=PaymentOut,
    responses=HELD_OR_SIGNED,
    summary="Pay to an account of this bank",
)
@together(pay_together, keyed=True, asks=True)
async def transfer(
    body: NewTransfer,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> PaymentOut | Response:
    """Move money at once, or answer 422 with the reason; the rejected order is kept as well.

    Where the caller may not pay so much alone, in one payment or in the business day, nothing moves
    yet: 202 with the proposal that a second person of the firm must approve. Where the firm's
    approval policy asks for signatures: 202 with the instruction that its approvers sign.

    A large transfer, and one to a payee not confirmed before, is answered 403 with the problem
    `identity.step_up_required`, and nothing is stored: confirm its `action`, then send the same
    request with the header `Step-Up-Token`. From 50,000 yuan on a payee must have been confirmed a
    day before (`payments.cooling_off`).
    """
    wanted = service.ProposedTransfer.model_validate(dict(body))
    waiting = await service.ask_transfer(tx, wanted, initiated_by=actor, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    order = await service.transfer(
        tx,
        debtor_account_id=body.debtor_account_id,
        creditor_account_number=body.creditor_account_number,
        creditor_name=body.creditor_name,
        amount=body.amount,
        remittance=body.remittance,
        end_to_end_id=body.end_to_end_id,
        initiated_by=actor,
        step_up_token=step_up_token,
        at=at,
    )
    return answer(order, request=request, response=response, language=language)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which payments of an account."""

    account_id: Annotated[UUID, Query(description="Payments from and to this account")]
    transaction_id: Annotated[
        UUID | None, Query(description="Only what this entry of the account paid")
    ] = None
    direction: Annotated[
        service.Direction | None, Query(description="Only what it pays, or what it receives")
    ] = None
    statuses: Annotated[
        list[StatusWord] | None,
        Query(alias="status", description="Only of these statuses", max_length=len(service.Status)),
    ] = None


@api.get("", summary="Payments of an account")
async def list_payments(
    wanted: Annotated[_Wanted, Depends()],
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> PaymentsOut:
    """Return the payments of one account, newest first; the payee sees those that were settled."""
    account = await accounts.get(tx, wanted.account_id)
    visible_to = actor.reach(READ_ANY)
    if visible_to is not None and account.party_id not in visible_to:
        raise accounts.UnknownAccount(account=account.id)
    page = await service.for_account(
        tx,
        account_id=account.id,
        transaction_id=wanted.transaction_id,
        direction=wanted.direction,
        statuses=[service.Status(each) for each in wanted.statuses or ()],
        after=after,
        limit=limit,
    )
    return PaymentsOut(
        items=[PaymentOut.of(order, language) for order in page.items], next=page.next
    )


@api.get(
    "/headroom",
    dependencies=[Depends(require(INITIATE))],
    summary="What one may still pay alone today, and who must agree to more",
)
async def read_headroom(
    account_id: Annotated[UUID, Query(description="The account that would pay; one's own")],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
) -> HeadroomOut:
    """Return what the caller may pay from an account alone, and whom a larger payment waits for.

    Above it a payment becomes a proposal; where the firm's policy asks for signatures, an
    instruction, whatever the caller may pay alone. All of it is looked at again when it is made.
    """
    account = await accounts.get(tx, account_id)
    service.check_may_initiate(account, actor)
    able = await service.alone(
        tx, party_id=account.party_id, currency=account.currency, actor=actor, at=at
    )
    asks = await service.asks(tx, party_id=account.party_id, able=able)
    return HeadroomOut.of(
        able, asks, approvers=APPROVERS, account_id=account.id, day=business_date(at)
    )


@api.get("/{payment_id:uuid}", summary="One payment")
async def read_payment(
    payment_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage, at: Instant
) -> PaymentOut:
    """Return a payment to its debtor, its creditor (once settled) or staff.

    Of a top-up from a wallet `to_pay` says what whoever pays has to do, while they may.
    """
    order = await service.get(tx, payment_id, visible_to=actor.reach(READ_ANY))
    return PaymentOut.of(order, language, await service.to_pay(tx, order, at=at))
