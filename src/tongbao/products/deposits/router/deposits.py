"""Opening and reading deposits."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT
from tongbao.kernel.text import Language
from tongbao.products.deposits import service
from tongbao.products.deposits.router.base import (
    MAY_MANAGE,
    MOVES_MONEY,
    PREFIX,
    READ_ANY,
    TAGS,
    StepUpHeader,
)
from tongbao.products.deposits.schemas.base import SettlementOut
from tongbao.products.deposits.schemas.deposits import (
    DepositAgreementOut,
    DepositCertificateOut,
    DepositDetail,
    DepositOut,
    DepositsOut,
)
from tongbao.products.deposits.schemas.requests import NewDepositIn
from tongbao.products.deposits.service import Instruction

api = router(prefix=PREFIX, tags=TAGS)


@api.get("/agreement", dependencies=MAY_MANAGE, summary="The agreement to be signed")
async def read_agreement(
    *,
    product: Annotated[str, Query(max_length=40, examples=["time_1y"])],
    account_id: Annotated[UUID, Query(description="The settlement account; one's own")],
    amount: Annotated[AmountText, Query(description="Of a plan, that of each month")],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    preferred: RequestLanguage,
    response: Response,
    currency: Annotated[CurrencyCode, Query()] = "CNY",
    instruction: Annotated[Instruction | None, Query(description="At maturity")] = None,
    language: Annotated[Language | None, Query(description="Of the agreement")] = None,
) -> DepositAgreementOut:
    """Return the words that opening the deposit today would sign, and their digest.

    Problems: as for opening it.
    """
    response.headers["Content-Language"] = language or preferred
    rendered = await service.preview_agreement(
        tx,
        wanted=service.NewDeposit(product, account_id, Money.parse(amount, currency), instruction),
        read_by=actor,
        language=language or preferred,
        at=at,
    )
    return DepositAgreementOut.of(rendered)


@api.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=MOVES_MONEY, summary="Open a deposit"
)
async def open_deposit(
    body: NewDepositIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> DepositOut:
    """Sign the agreement and move the money from the settlement account, at today's rate.

    A large one is answered 403 with `identity.step_up_required`: confirm its `action`, then send
    the same request with the header `Step-Up-Token`.

    Problems: `deposits.unknown_product`, `accounts.unknown_account`,
    `deposits.account_not_usable`, `deposits.not_for_this_holder`, `deposits.not_offered`,
    `deposits.amount_out_of_range`, `deposits.level_too_low`,
    `deposits.instruction_not_possible`, `agreements.agreement_text_mismatch`,
    `ledger.insufficient_funds`.
    """
    deposit = await service.open_deposit(
        tx,
        wanted=service.NewDeposit(body.product, body.account_id, body.amount, body.instruction),
        opened_by=actor,
        language=body.language,
        text_digest=body.text_digest,
        step_up_token=step_up_token,
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/{deposit.id}"
    return DepositOut.of(deposit, language)


@api.get("", summary="Deposits")
async def list_deposits(
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    party_id: Annotated[UUID | None, Query(description="Only of this party")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> DepositsOut:
    """Return the deposits of one's own parties (staff: all), newest first.

    Problems: `page.bad_cursor`.
    """
    among = actor.reach(READ_ANY)
    if party_id is not None:
        among = frozenset({party_id}) if among is None else among & {party_id}
    page = await service.list_deposits(tx, among=among, after=after, limit=limit)
    return DepositsOut(items=[DepositOut.of(each, language) for each in page.items], next=page.next)


@api.get("/{deposit_id:uuid}", summary="One deposit")
async def read_deposit(
    deposit_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> DepositDetail:
    """Return a deposit with its schedule, what it has earned, and what it would pay today.

    Problems: `deposits.unknown_deposit`.
    """
    deposit = await service.get(tx, deposit_id, visible_to=actor.reach(READ_ANY))
    return DepositDetail.with_all(await service.standing(tx, deposit, at=at), language)


@api.get("/{deposit_id:uuid}/quote", summary="What a withdrawal today would pay")
async def read_quote(
    deposit_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    amount: Annotated[
        AmountText | None, Query(description="A part of the principal; left out: everything")
    ] = None,
) -> SettlementOut:
    """Return what would be paid, line by line; nothing moves.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`, `deposits.part_not_possible`,
    `deposits.part_out_of_range`.
    """
    deposit = await service.get(tx, deposit_id, visible_to=actor.reach(READ_ANY))
    part = None if amount is None else Money.parse(amount, deposit.currency)
    return SettlementOut.of(await service.quote(tx, deposit, amount=part, on=business_date(at)))


@api.get("/{deposit_id:uuid}/certificate", summary="What a certificate of deposit says")
async def read_certificate(
    deposit_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> DepositCertificateOut:
    """Return who holds how much, as of today.

    Problems: `deposits.unknown_deposit`.
    """
    await service.get(tx, deposit_id, visible_to=actor.reach(READ_ANY))
    return DepositCertificateOut.of(await service.certificate(tx, deposit_id, at=at), language)
