"""What holders do with a deposit they have: withdraw, instruct, pay in, announce."""

from uuid import UUID

from fastapi import status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import Instant, RequestLanguage, WriteTx, router
from tongbao.products.deposits import service
from tongbao.products.deposits.router.base import (
    MAY_MANAGE,
    MOVES_MONEY,
    PREFIX,
    TAGS,
    StepUpHeader,
)
from tongbao.products.deposits.schemas.base import SettlementOut
from tongbao.products.deposits.schemas.deposits import DepositNoticeOut, DepositOut, WithdrawnOut
from tongbao.products.deposits.schemas.requests import (
    NewDepositNotice,
    NewInstruction,
    NewWithdrawal,
)

api = router(prefix=PREFIX, tags=TAGS)


@api.post("/{deposit_id:uuid}/withdrawals", dependencies=MOVES_MONEY, summary="Withdraw")
async def withdraw(
    deposit_id: UUID,
    body: NewWithdrawal,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> WithdrawnOut:
    """Pay everything, or a part, into the settlement account with its interest.

    Before maturity this breaks the deposit, at the demand rate; see the quote first. A large sum
    before its time is answered 403 with `identity.step_up_required`.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`, `deposits.part_not_possible`,
    `deposits.part_out_of_range`, `deposits.account_not_usable`.
    """
    deposit, paid = await service.withdraw(
        tx,
        deposit_id=deposit_id,
        amount=body.amount,
        withdrawn_by=actor,
        step_up_token=step_up_token,
        at=at,
    )
    return WithdrawnOut(paid=SettlementOut.of(paid), deposit=DepositOut.of(deposit, language))


@api.put(
    "/{deposit_id:uuid}/instruction", dependencies=MAY_MANAGE, summary="What is done at maturity"
)
async def instruct(
    deposit_id: UUID,
    body: NewInstruction,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> DepositOut:
    """Change what is done at maturity, until the day before, or the settlement account.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`,
    `deposits.instruction_not_possible`, `deposits.too_late_to_change`,
    `accounts.unknown_account`, `deposits.account_not_usable`.
    """
    deposit = await service.instruct(
        tx,
        deposit_id=deposit_id,
        instruction=body.instruction,
        account_id=body.account_id,
        instructed_by=actor,
        at=at,
    )
    return DepositOut.of(deposit, language)


@api.post("/{deposit_id:uuid}/instalments", dependencies=MOVES_MONEY, summary="Pay an instalment")
async def pay_instalment(
    deposit_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> DepositOut:
    """Pay the next instalment of a plan from its settlement account; a missed one comes first.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`, `deposits.not_this_kind`,
    `deposits.plan_complete`, `deposits.not_due_yet`, `deposits.account_not_usable`,
    `ledger.insufficient_funds`.
    """
    deposit = await service.pay_instalment(tx, deposit_id=deposit_id, paid_by=actor, at=at)
    return DepositOut.of(deposit, language)


@api.post(
    "/{deposit_id:uuid}/notices",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_MANAGE,
    summary="Announce a withdrawal",
)
async def give_notice(
    deposit_id: UUID, body: NewDepositNotice, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DepositNoticeOut:
    """Announce a withdrawal from a notice deposit; a notice not kept costs interest.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`, `deposits.not_this_kind`,
    `deposits.notice_open`, `deposits.notice_day_out_of_range`, `deposits.part_out_of_range`.
    """
    deposit = await service.give_notice(
        tx,
        deposit_id=deposit_id,
        amount=body.amount,
        draws_on=body.draws_on,
        given_by=actor,
        at=at,
    )
    assert deposit.open_notice is not None, "it was just given"
    return DepositNoticeOut.of(deposit.open_notice)


@api.post(
    "/{deposit_id:uuid}/notices/{notice_id:uuid}/cancellation",
    dependencies=MAY_MANAGE,
    summary="Take a notice back",
)
async def cancel_notice(
    deposit_id: UUID,
    notice_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> DepositOut:
    """Cancel a notice; what it announced earns nothing for the notice period.

    Problems: `deposits.unknown_deposit`, `deposits.deposit_ended`, `deposits.not_this_kind`,
    `deposits.unknown_notice`, `deposits.notice_ended`.
    """
    deposit = await service.cancel_notice(
        tx, deposit_id=deposit_id, notice_id=notice_id, cancelled_by=actor, at=at
    )
    return DepositOut.of(deposit, language)
