"""Linked cards and wallets, top-ups, withdrawals, and refunds."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.router.headers import StepUpHeader
from tongbao.core.payments.router.rejecting import answer
from tongbao.core.payments.schemas import (
    CardOut,
    CardsOut,
    CardVerification,
    NewCard,
    NewCardWithdrawal,
    NewRefund,
    NewTopUp,
    NewWalletTopUp,
    PaymentOut,
    PaymentsOut,
    WalletsOut,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import HELD_OR_SIGNED, held
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    Instant,
    ReadTx,
    RequestLanguage,
    WriteTx,
    problem_response,
    router,
)

INITIATE = "payments:initiate"
READ_ANY = "payments:read_any"
MAY_PAY = [Depends(require(INITIATE))]
PAYS = [Depends(require(INITIATE)), IDEMPOTENCY_KEY_REQUIRED]

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.post(
    "/cards",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_PAY,
    summary="Link a bank card of one's own",
)
async def link_card(body: NewCard, tx: WriteTx, actor: CurrentActor, at: Instant) -> CardOut:
    """Link a card held under the party's own name; a small amount is paid to it.

    Who can see the card's statement tells the amount; then the card pays in and is paid out to.

    Problems: `parties.unknown_party`, `payments.card_malformed`, `payments.card_linked`,
    `payments.too_many_cards`, `payments.no_route`.
    """
    card = await service.link_card(
        tx, party_id=body.party_id, number=body.number, linked_by=actor, at=at
    )
    return CardOut.of(card)


@api.get("/cards", summary="Linked cards")
async def list_cards(
    party_id: Annotated[UUID, Query(description="Whose cards")], tx: ReadTx, actor: CurrentActor
) -> CardsOut:
    """Return the cards that a party has linked, to its people and to staff.

    Problems: `parties.unknown_party`.
    """
    if not actor.may(READ_ANY) and party_id not in actor.party_ids:
        raise parties.UnknownParty(party_id=party_id)
    return CardsOut.of(await service.cards_of(tx, party_id))


@api.post(
    "/cards/{card_id}/verification",
    dependencies=MAY_PAY,
    response_model=CardOut,
    summary="Tell the small amount that was paid to a card",
)
async def verify_card(
    card_id: UUID,
    body: CardVerification,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> CardOut | Response:
    """Verify a card by the amount on its statement; after three wrong ones it is unlinked.

    Problems: `payments.unknown_card`, `payments.nothing_to_verify`,
    `payments.micro_amount_wrong`.
    """
    card, refusal = await service.verify_card(
        tx, card_id, amount=body.amount, verified_by=actor, at=at
    )
    return CardOut.of(card) if refusal is None else problem_response(request.scope, refusal)


@api.delete(
    "/cards/{card_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=MAY_PAY,
    summary="Unlink a card",
)
async def remove_card(card_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> None:
    """Unlink a card; what is under way with it goes on.

    Problems: `payments.unknown_card`.
    """
    await service.remove_card(tx, card_id, removed_by=actor, at=at)


@api.post(
    "/top-ups",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=PaymentOut,
    summary="Top up an account from a linked card",
)
async def top_up(
    body: NewTopUp,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
) -> PaymentOut | Response:
    """Collect from a verified card; the money can be used once the payment is settled.

    Problems: `accounts.unknown_account`, `payments.unknown_card`, `payments.card_not_verified`,
    `payments.no_route`, `payments.account_not_open`.
    """
    order = await service.top_up(tx, **dict(body), initiated_by=actor, at=at)
    return answer(order, request=request, response=response, language=language)


@api.get("/wallets", summary="Wallets to top up from")
async def list_wallets(
    tx: ReadTx, _actor: CurrentActor, at: Instant, language: RequestLanguage
) -> WalletsOut:
    """Return the wallets that one can top up from now, and how much each takes."""
    return WalletsOut.of(await service.wallets(tx, at=at), language)


@api.post(
    "/wallet-top-ups",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=PaymentOut,
    summary="Top up an account from a wallet",
)
async def top_up_from_wallet(
    body: NewWalletTopUp,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
) -> PaymentOut | Response:
    """Have somebody pay at a wallet, who is sent there or scans a code; the money comes when paid.

    `to_pay` says until when. Its address is there within seconds, as the wallet makes it: read the
    payment until it is. What nobody pays in time is closed at the wallet and `rejected`; before
    that it can be cancelled, which closes it, too.

    Problems: `accounts.unknown_account`, `payments.no_route`, `payments.account_not_open`,
    `payments.too_many_to_pay`.
    """
    order = await service.top_up_from_wallet(tx, **dict(body), initiated_by=actor, at=at)
    to_pay = await service.to_pay(tx, order, at=at)
    return answer(order, request=request, response=response, language=language, to_pay=to_pay)


@api.post(
    "/withdrawals",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=PaymentOut,
    responses=HELD_OR_SIGNED,
    summary="Withdraw to a linked card",
)
async def withdraw(
    body: NewCardWithdrawal,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> PaymentOut | Response:
    """Pay out to a verified card; the first time and large amounts take a step-up.

    Where others must agree: 202 with the proposal or the instruction.

    Problems: as for a payment, `payments.unknown_card`, `payments.card_not_verified`.
    """
    wanted = dict(body)
    waiting = await service.ask_withdrawal(tx, **wanted, initiated_by=actor, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    order = await service.withdraw(
        tx, **wanted, initiated_by=actor, step_up_token=step_up_token, at=at
    )
    return answer(order, request=request, response=response, language=language)


@api.post(
    "/{payment_id:uuid}/refunds",
    status_code=status.HTTP_201_CREATED,
    dependencies=PAYS,
    response_model=PaymentOut,
    responses=HELD_OR_SIGNED,
    summary="Refund a payment that was received",
)
async def refund_payment(
    payment_id: UUID,
    body: NewRefund,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    response: Response,
) -> PaymentOut | Response:
    """Send back all or a part, as often as something is left: at once here, else as it came.

    Where others must agree: 202 with the proposal or the instruction.

    Problems: `payments.unknown_payment`, `payments.not_refundable`, `payments.refund_too_large`,
    `ledger.insufficient_funds`.
    """
    wanted = dict(body)
    waiting = await service.ask_refund(tx, payment_id, **wanted, initiated_by=actor, at=at)
    if waiting is not None:
        return held(waiting, request=request)
    order = await service.refund(tx, payment_id, **wanted, initiated_by=actor, at=at)
    return answer(order, request=request, response=response, language=language)


@api.get("/{payment_id:uuid}/refunds", summary="Refunds of a payment")
async def list_refunds(
    payment_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> PaymentsOut:
    """Return what went back of a payment, the first ones first, to both sides and staff.

    Problems: `payments.unknown_payment`.
    """
    await service.get(tx, payment_id, visible_to=actor.reach(READ_ANY))
    found = await service.refunds_of(tx, payment_id)
    return PaymentsOut(items=[PaymentOut.of(each, language) for each in found], next=None)
