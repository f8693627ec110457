"""`/api/v1/identity/users`: users as the bank's administrators see them."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain import Role, UserKind
from tongbao.core.identity.schemas.users import NewStaffIn, ReasonIn, RolesIn, SeenIn, UserOut
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, PageAfter, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/identity", tags=["identity"])

MAY_READ = [Depends(require("identity:read_users"))]
MAY_MANAGE = [Depends(require("identity:manage_staff"))]
MAY_BLOCK = [Depends(require("identity:block_users"))]


@api.get("/users", dependencies=MAY_READ, summary="Users, the latest first")
async def list_users(
    tx: ReadTx,
    login: Annotated[
        str | None, Query(max_length=64, description="Only log-in names that begin like this")
    ] = None,
    kind: Annotated[UserKind | None, Query(description="Only users of this kind")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[UserOut]:
    """Return users with their roles. Problems: `page.bad_cursor`."""
    page = await service.list_users(tx, login=login, kind=kind, after=after, limit=limit)
    return Page[UserOut](items=[UserOut.of(user) for user in page.items], next=page.next)


@api.get("/users/{user_id}", dependencies=MAY_READ, summary="One user")
async def read_user(user_id: UUID, tx: ReadTx) -> UserOut:
    """Return a user. Problems: `identity.unknown_user`."""
    return UserOut.of(await service.get_user(tx, user_id))


@api.post(
    "/users",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose a new member of staff",
)
async def create_staff(
    body: NewStaffIn, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose a member of staff; the user is there once somebody else has approved.

    Problems: `identity.login_malformed`, `identity.password_too_weak`,
    `identity.duties_not_separated`.
    """
    new = await service.new_staff(
        login=body.login,
        name=body.name,
        password=body.password,
        roles=[Role(role) for role in body.roles],
        person_id=body.person_id,
    )
    return await hold(
        service.CREATE_STAFF, new, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@api.put(
    "/users/{user_id}/roles",
    dependencies=MAY_MANAGE,
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose other roles for a member of staff",
)
async def change_roles(
    user_id: UUID,
    body: RolesIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
) -> Response:
    """Propose the roles a member of staff is to have; nobody changes their own.

    Problems: `identity.unknown_user`, `identity.own_user`, `identity.roles_mismatch`,
    `identity.duties_not_separated`.
    """
    roles = [Role(role) for role in body.roles]
    await service.check_new_roles(tx, user_id=user_id, roles=roles, proposed_by=actor.id)
    return await hold(
        service.CHANGE_ROLES,
        service.NewRoles(user_id=user_id, roles=roles),
        request=request,
        tx=tx,
        maker=actor,
        reason=body.reason,
        at=at,
    )


@api.post("/users/{user_id}/blocking", dependencies=MAY_BLOCK, summary="Block a user")
async def block_user(
    user_id: UUID, body: ReasonIn, tx: WriteTx, actor: CurrentActor, at: Instant
) -> UserOut:
    """End everything a user is logged in with, and let nobody log in as them.

    Problems: `identity.unknown_user`, `identity.own_user`.
    """
    return UserOut.of(
        await service.block_user(
            tx, user_id=user_id, reason=body.reason, blocked_by=actor.id, at=at
        )
    )


@api.post(
    "/users/{user_id}/factor-recovery",
    dependencies=[Depends(require("identity:recover_any"))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose to recover somebody's account",
)
async def recover_factors(
    user_id: UUID, body: SeenIn, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose to take away all factors of somebody who was recognised in another way.

    Once approved it waits like any recovery, and its owner can call it off.

    Problems: `identity.unknown_user`, `identity.own_user`, `identity.recovery_impossible`; at its
    approval `identity.recovery_waits` while one is under way.
    """
    await service.get_user(tx, user_id)
    await service.check_recovery_by_staff(tx, user_id=user_id, by=[actor.id])
    seen = service.Seen(user_id=user_id, evidence=body.evidence)
    return await hold(
        service.RECOVER_FACTORS,
        seen,
        request=request,
        tx=tx,
        maker=actor,
        reason=body.reason,
        at=at,
    )


@api.post("/users/{user_id}/unblocking", dependencies=MAY_BLOCK, summary="Unblock a user")
async def unblock_user(
    user_id: UUID, body: ReasonIn, tx: WriteTx, actor: CurrentActor, at: Instant
) -> UserOut:
    """Let a user log in again. Problems: `identity.unknown_user`."""
    return UserOut.of(
        await service.unblock_user(
            tx, user_id=user_id, reason=body.reason, unblocked_by=actor.id, at=at
        )
    )
