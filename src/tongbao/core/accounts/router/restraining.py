"""Restraints: who stopped what, and what two members of staff do about them."""

from uuid import UUID

from fastapi import Depends, Request, Response, status

from tongbao.core.accounts import service
from tongbao.core.accounts.router.seeing import READ_ANY, visible
from tongbao.core.accounts.schemas import (
    NewDeduction,
    NewExtension,
    NewRelease,
    NewRestraint,
    RestraintOut,
    RestraintsOut,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import undone
from tongbao.infra.proposals import hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router

MAY_RESTRICT = [Depends(require("accounts:restrict_any"))]
ONE = "/{account_id}/restraints/{restraint_id}"

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.get("/{account_id}/restraints", summary="What restrains an account")
async def list_restraints(
    account_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> RestraintsOut:
    """Return the restraints that stand or will, in their rank, and what each keeps now.

    Staff with `accounts:read_any` see orders in full, the holder what the law lets them see.

    Problems: `accounts.unknown_account`.
    """
    account = await visible(tx, actor, account_id)
    found = await service.restraints(tx, account.id, at=at)
    whole = actor.may(READ_ANY)
    return RestraintsOut(
        items=[
            RestraintOut.of(each, rank=rank, language=language, whole=whole)
            for rank, each in enumerate(found, start=1)
        ]
    )


@api.post(
    "/{account_id}/restraints",
    dependencies=MAY_RESTRICT,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a restraint by order",
)
async def restrain(
    account_id: UUID,
    body: NewRestraint,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose that an account pays or receives nothing, or keeps an amount, as ordered.

    It is tried first, so what would be refused is refused now; it stands when somebody else
    approves it. Orders over an amount rank as they arrived.

    Problems: `accounts.unknown_account`, `accounts.account_closed`, `accounts.order_malformed`,
    `accounts.too_many_restraints`. Needs the permission `accounts:restrict_any`.
    """
    wanted = service.ProposedRestraint(account_id=account_id, **dict(body))
    async with undone(tx):
        await service.restrain(tx, wanted, placed_by=actor.id, approved_by=None, at=at)
    return await hold(
        service.RESTRAINT, wanted, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    ONE + "/extension",
    dependencies=MAY_RESTRICT,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose that a restraint binds longer",
)
async def extend_restraint(
    account_id: UUID,
    restraint_id: UUID,
    body: NewExtension,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose a later end (续行冻结), before the earlier one is reached; the rank is kept.

    Problems: `accounts.unknown_account`, `accounts.unknown_restraint`, `accounts.restraint_ended`,
    `accounts.order_malformed`. Needs the permission `accounts:restrict_any`.
    """
    wanted = service.ProposedExtension(
        account_id=account_id, restraint_id=restraint_id, **dict(body)
    )
    async with undone(tx):
        await service.carry_out(tx, wanted, by=actor.id, approved_by=None, at=at)
    return await hold(
        service.EXTENSION, wanted, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    ONE + "/release",
    dependencies=MAY_RESTRICT,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose to end a restraint",
)
async def release_restraint(
    account_id: UUID,
    restraint_id: UUID,
    body: NewRelease,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose that a restraint ends before its time; those behind it rise.

    Problems: `accounts.unknown_account`, `accounts.unknown_restraint`, `accounts.restraint_ended`,
    `accounts.reason_missing`. Needs the permission `accounts:restrict_any`.
    """
    wanted = service.ProposedRelease(account_id=account_id, restraint_id=restraint_id, **dict(body))
    async with undone(tx):
        await service.carry_out(tx, wanted, by=actor.id, approved_by=None, at=at)
    return await hold(
        service.RELEASE, wanted, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.post(
    ONE + "/deduction",
    dependencies=MAY_RESTRICT,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a deduction by order",
)
async def deduct_restrained(
    account_id: UUID,
    restraint_id: UUID,
    body: NewDeduction,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose to move what an authority's order keeps to a given account here (扣划).

    Problems: `accounts.unknown_account`, `accounts.unknown_restraint`, `accounts.restraint_ended`,
    `accounts.not_deductible`, `accounts.order_malformed`, `ledger.account_frozen`. Needs the
    permission `accounts:restrict_any`.
    """
    wanted = service.ProposedDeduction(
        account_id=account_id, restraint_id=restraint_id, **dict(body)
    )
    async with undone(tx):
        await service.carry_out(tx, wanted, by=actor.id, approved_by=None, at=at)
    return await hold(
        service.DEDUCTION, wanted, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )
