"""Codes that a user shows to tills."""

from uuid import UUID

from fastapi import status

from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, ReadTx, WriteTx, router
from tongbao.products.collecting import service
from tongbao.products.collecting.router.base import PREFIX, TAGS, StepUpHeader
from tongbao.products.collecting.schemas.pay_codes import (
    NewPayCode,
    PayCodeOut,
    PayCodesOut,
    ShownCodeOut,
)

api = router(prefix=f"{PREFIX}/pay-codes", tags=TAGS)


@api.post("", status_code=status.HTTP_201_CREATED, summary="Switch pay codes on")
async def enable_pay_code(
    body: NewPayCode,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> PayCodeOut:
    """Pay small amounts from a person's account by showing codes; asked again, anew.

    Answered 403 with `identity.step_up_required` until its `action` is confirmed: from then on a
    code that is shown is the payer's word.

    Problems: `accounts.unknown_account`, `collecting.persons_only`,
    `collecting.amount_not_positive`, `collecting.currency_not_allowed`.
    """
    code = await service.enable_pay_code(
        tx,
        account_id=body.account_id,
        per_payment=body.per_payment,
        token=step_up_token,
        enabled_by=actor,
        at=at,
    )
    return PayCodeOut.of(code)


@api.get("", summary="One's pay codes")
async def list_pay_codes(tx: ReadTx, actor: CurrentActor) -> PayCodesOut:
    """Return the accounts that one pays from by showing codes."""
    return PayCodesOut(
        items=[PayCodeOut.of(each) for each in await service.pay_codes(tx, of=actor)]
    )


@api.post(
    "/{pay_code_id:uuid}/shown",
    dependencies=[NO_IDEMPOTENCY_KEY],
    summary="The code to be shown now",
)
async def show_pay_code(
    pay_code_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ShownCodeOut:
    """Return the code of these 30 seconds; a till takes it until `good_until`, once.

    Problems: `collecting.unknown_pay_code`, `collecting.pay_code_clash`.
    """
    return ShownCodeOut.of(
        await service.show_pay_code(tx, pay_code_id=pay_code_id, shown_to=actor, at=at)
    )


@api.delete(
    "/{pay_code_id:uuid}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Switch pay codes off",
)
async def disable_pay_code(
    pay_code_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> None:
    """Take no more codes of an account, those shown already neither.

    Problems: `collecting.unknown_pay_code`.
    """
    await service.disable_pay_code(tx, pay_code_id=pay_code_id, disabled_by=actor, at=at)
