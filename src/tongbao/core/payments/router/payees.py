"""`/api/v1/payments/payees`, name checks and one-click pay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.domain.payees import LABEL_LENGTH_MAX
from tongbao.core.payments.router.headers import StepUpHeader
from tongbao.core.payments.router.rejecting import answer
from tongbao.core.payments.schemas import PaymentOut
from tongbao.core.payments.schemas.payees import (
    NameCheckIn,
    NameCheckOut,
    NewPayee,
    OneClickIn,
    OneClickOut,
    OneClickPayment,
    PayeeOut,
    PayeesOut,
    PayeeWords,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import Database
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
from tongbao.kernel.money_schema import CurrencyCode
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

INITIATE = "payments:initiate"
SET_LIMITS = "payments:set_limits"

api = router(prefix="", tags=[])  # below the prefix and tag of the whole
payees: APIRouter = router(prefix="/payees", tags=[])
MAY_PAY = [Depends(require(INITIATE))]
MAY_SET = [Depends(require(SET_LIMITS))]
Whose = Annotated[UUID, Query(description="Whose; one's own party")]


@api.post("/name-checks", dependencies=MAY_PAY, summary="Does a name fit an account")
async def check_name(
    body: NameCheckIn,
    request: Request,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> NameCheckOut:
    """Compare a name with the one an account is held under, which is never told.

    Of an account at another bank that bank is asked, where it can be; else it is `not_checked`.

    Problems: `parties.unknown_party`, `payments.creditor_name_malformed`,
    `payments.payee_malformed`, `payments.too_many_name_checks`.
    """
    database: Database = request.app.state.database
    if body.bank_code is not None:  # asked with no transaction open
        found = await service.check_name_elsewhere(
            database,
            party_id=body.party_id,
            account_number=body.account_number,
            bank_code=body.bank_code,
            name=body.name,
            actor=actor,
            at=at,
        )
        return NameCheckOut.of(found, language)
    async with database.write() as tx:
        found = await service.check_name(
            tx,
            party_id=body.party_id,
            account_number=body.account_number,
            name=body.name,
            actor=actor,
            at=at,
        )
    return NameCheckOut.of(found, language)


@payees.post("", status_code=status.HTTP_201_CREATED, dependencies=MAY_PAY, summary="Save a payee")
async def save_payee(
    body: NewPayee, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> PayeeOut:
    """Add a payee to a party's book. Payments to it still ask for a confirmation, once.

    Problems: `parties.unknown_party`, `payments.creditor_name_malformed`,
    `payments.payee_malformed`, `payments.payee_already_saved`, `payments.payee_book_full`.
    """
    saved = await service.save_payee(
        tx,
        party_id=body.party_id,
        name=body.name,
        account_number=body.account_number,
        bank_code=body.bank_code,
        nickname=body.nickname,
        groups=body.groups,
        actor=actor,
        at=at,
    )
    response.headers["Location"] = f"/api/v1/payments/payees/{saved.id}"
    return PayeeOut.of(saved)


@payees.get("", summary="The payees of a book")
async def list_payees(
    party_id: Whose,
    tx: ReadTx,
    actor: CurrentActor,
    group: Annotated[str | None, Query(min_length=1, max_length=LABEL_LENGTH_MAX)] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> PayeesOut:
    """Return a party's payees, the newest first.

    Problems: `parties.unknown_party`, `page.bad_cursor`.
    """
    page = await service.list_payees(
        tx, party_id=party_id, group=group, after=after, limit=limit, actor=actor
    )
    return PayeesOut(items=[PayeeOut.of(each) for each in page.items], next=page.next)


@payees.get("/{payee_id:uuid}", summary="One payee")
async def read_payee(payee_id: UUID, tx: ReadTx, actor: CurrentActor) -> PayeeOut:
    """Return a payee of an own book.

    Problems: `payments.unknown_payee`.
    """
    return PayeeOut.of(await service.payee(tx, payee_id=payee_id, actor=actor))


@payees.patch("/{payee_id:uuid}", dependencies=MAY_PAY, summary="Change a payee's words")
async def change_payee(
    payee_id: UUID, body: PayeeWords, tx: WriteTx, actor: CurrentActor
) -> PayeeOut:
    """Change nickname and groups; another name or number is another payee.

    Problems: `payments.unknown_payee`, `payments.payee_malformed`.
    """
    changed = await service.change_payee(
        tx, payee_id=payee_id, nickname=body.nickname, groups=body.groups, actor=actor
    )
    return PayeeOut.of(changed)


@payees.delete(
    "/{payee_id:uuid}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=MAY_PAY,
    summary="Remove a payee",
)
async def remove_payee(payee_id: UUID, tx: WriteTx, actor: CurrentActor) -> None:
    """Take a payee out of the book; whoever pays it again confirms again.

    Problems: `payments.unknown_payee`.
    """
    await service.remove_payee(tx, payee_id=payee_id, actor=actor)


@payees.post("/{payee_id:uuid}/confirm", dependencies=MAY_PAY, summary="Confirm a payee")
async def confirm_saved_payee(
    payee_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> PayeeOut:
    """Confirm, by a step-up, that the party pays this account. Cooling-off begins.

    Problems: `payments.unknown_payee`, `identity.step_up_required`.
    """
    confirmed = await service.confirm_saved(
        tx, payee_id=payee_id, token=step_up_token, actor=actor, at=at
    )
    return PayeeOut.of(confirmed)


@payees.post(
    "/{payee_id:uuid}/pay",
    status_code=status.HTTP_201_CREATED,
    dependencies=[*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED],
    response_model=PaymentOut,
    summary="Pay with one click",
)
async def pay_payee(
    payee_id: UUID,
    body: OneClickPayment,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
) -> PaymentOut | Response:
    """Pay a small sum to a confirmed payee of the book, at once.

    Problems: those of a transfer, `payments.unknown_payee`, `payments.payee_elsewhere`,
    `payments.one_click_off`, `payments.beyond_one_click`.
    """
    order = await service.pay_payee(
        tx,
        payee_id=payee_id,
        debtor_account_id=body.debtor_account_id,
        amount=body.amount,
        remittance=body.remittance,
        end_to_end_id=body.end_to_end_id,
        initiated_by=actor,
        at=at,
    )
    return answer(order, request=request, response=response, language=language)


@api.get("/one-click", summary="How much is paid with one click")
async def read_one_click(
    party_id: Whose,
    currency: Annotated[CurrencyCode, Query()],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
) -> OneClickOut:
    """Return what a party allows itself, and what is left of it today; nothing where it is off.

    Problems: `parties.unknown_party`.
    """
    if party_id not in actor.party_ids:
        raise parties.UnknownParty(party_id=party_id)
    allowed = await service.one_click(tx, party_id=party_id, currency=currency, at=at)
    return OneClickOut.of(allowed or service.OneClick.off(party_id, currency))


@api.put("/one-click", dependencies=MAY_SET, summary="Set how much is paid with one click")
async def set_one_click(
    body: OneClickIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> OneClickOut:
    """Allow small payments with one click; more than before is confirmed by a step-up.

    Problems: `parties.unknown_party`, `payments.one_click_too_much`, `identity.step_up_required`.
    """
    allowed = await service.set_one_click(
        tx,
        party_id=body.party_id,
        per_payment=body.per_payment,
        per_day=body.per_day,
        token=step_up_token,
        actor=actor,
        at=at,
    )
    return OneClickOut.of(allowed)


@api.delete(
    "/one-click",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=MAY_SET,
    summary="End paying with one click",
)
async def end_one_click(
    party_id: Whose, currency: Annotated[CurrencyCode, Query()], tx: WriteTx, actor: CurrentActor
) -> None:
    """End it at once, without confirming anything.

    Problems: `parties.unknown_party`.
    """
    await service.end_one_click(tx, party_id=party_id, currency=currency, actor=actor)


api.include_router(payees)
