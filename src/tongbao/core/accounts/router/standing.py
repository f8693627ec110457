"""What one person does at once: stop and let go an account, close it, awaken it."""

from uuid import UUID

from fastapi import Depends

from tongbao.core.accounts import service
from tongbao.core.accounts.domain.errors import UnknownAccount
from tongbao.core.accounts.router.seeing import StepUpHeader, shown_one
from tongbao.core.accounts.schemas import ClosingIn, DepositAccountOut, StatusReason
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import Instant, RequestLanguage, WriteTx, router

CLOSE_ANY = "accounts:close_any"
CLOSE_OWN = require("accounts:close")
AWAKEN_OWN = require("accounts:awaken")
MAY_RESTRICT = [Depends(require("accounts:restrict_any"))]

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.post("/{account_id}/freezing", summary="Stop an account at once", dependencies=MAY_RESTRICT)
async def freeze(
    account_id: UUID,
    body: StatusReason,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> DepositAccountOut:
    """Let an account neither pay nor receive, by one person alone, for 48 hours at most.

    What is to last longer is a restraint with an order, which two people place.

    Problems: `accounts.unknown_account`, `accounts.account_closed`, `accounts.reason_missing`.
    Needs the permission `accounts:restrict_any`.
    """
    account = await service.stop_at_once(
        tx, account_id=account_id, reason=body.reason, stopped_by=actor.id, at=at
    )
    return await shown_one(tx, account, language=language, at=at)


@api.post("/{account_id}/release", summary="Let a stopped account go", dependencies=MAY_RESTRICT)
async def release(
    account_id: UUID,
    body: StatusReason,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> DepositAccountOut:
    """Take back what one person stopped at once; restraints by order stay.

    Problems: `accounts.unknown_account`, `accounts.account_closed`, `accounts.reason_missing`.
    Needs the permission `accounts:restrict_any`.
    """
    account = await service.lift_at_once(
        tx, account_id=account_id, reason=body.reason, lifted_by=actor.id, at=at
    )
    return await shown_one(tx, account, language=language, at=at)


@api.post("/{account_id}/closing", summary="Close an account")
async def close(
    account_id: UUID,
    body: ClosingIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> DepositAccountOut:
    """Close an account for good, a wallet with all its pockets: as its holder, or as staff.

    Interest is paid, the rest goes to `pay_to`, exactly nothing is left, and the number is never
    used again. The holder confirms it: 403 `identity.step_up_required` names the action.

    Problems: `accounts.unknown_account`, `accounts.not_closable` with all that is in the way,
    `accounts.destination_unusable`, `accounts.reason_missing`, `identity.step_up_required`. Needs
    the permission `accounts:close` for an own party's, `accounts:close_any` for others'.
    """
    holder = None
    if not actor.may(CLOSE_ANY):
        account = await service.get(tx, account_id)
        CLOSE_OWN.check(actor).check(
            CLOSE_OWN.permission,
            party_id=account.party_id,
            unknown=UnknownAccount(account=account_id),
        )
        holder = actor
    wish = service.Closing(
        account_id=account_id,
        reason=body.reason,
        pay_to=body.pay_to,
        closed_by=actor.id,
        confirmed_by=holder,
        step_up_token=step_up_token,
    )
    closed = await service.close(tx, wish, at=at)
    return await shown_one(tx, closed, language=language, at=at)


@api.post("/{account_id}/awakening", summary="Awaken a dormant account")
async def awaken(
    account_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> DepositAccountOut:
    """Let a dormant account pay again, as its holder, whose identity must still be verified.

    Problems: `accounts.unknown_account`, `accounts.not_dormant`, `accounts.account_closed`,
    `accounts.level_too_low`, `accounts.party_not_active`, `identity.step_up_required`: confirm its
    `action`, then send the token. Needs the permission `accounts:awaken`.
    """
    account = await service.get(tx, account_id)
    AWAKEN_OWN.check(actor).check(
        AWAKEN_OWN.permission,
        party_id=account.party_id,
        unknown=UnknownAccount(account=account_id),
    )
    awake = await service.awaken(
        tx, account_id=account_id, actor=actor, step_up_token=step_up_token, at=at
    )
    return await shown_one(tx, awake, language=language, at=at)
