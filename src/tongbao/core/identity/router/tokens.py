"""`/api/v1/identity`: logging in and out, and who one is."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain import TOKEN_LIFETIME
from tongbao.core.identity.router.proving import (
    NO_STORE,
    database_of,
    device_facts,
    prove_password,
)
from tongbao.core.identity.schemas import MeOut, PasswordGrant, TokenOut
from tongbao.infra.auth import PUBLIC, CurrentActor, bearer_token
from tongbao.infra.web import Instant, ReadTx, WriteTx, problem_response, router
from tongbao.kernel.errors import TongbaoError

api = router(prefix="/api/v1/identity", tags=["identity"])


@api.post(
    "/tokens",
    summary="Log in",
    status_code=status.HTTP_201_CREATED,
    response_model=TokenOut,
    dependencies=[PUBLIC],
)
async def log_in(
    form: Annotated[PasswordGrant, Form()],
    at: Instant,
    request: Request,
    response: Response,
) -> TokenOut | Response:
    """Exchange log-in name and password for a bearer token that is good for an hour.

    For users without a second factor; those with one log in by `/sessions`. An unknown name and a
    wrong password get the same answer. After several failures logging in pauses.

    Problems: `identity.log_in_refused`, `identity.log_in_paused`,
    `identity.second_factor_required`.
    """
    device = replace(device_facts(request), cookie=None)
    proven = await prove_password(
        request, login=form.username, password=form.password, device=device, at=at
    )
    if isinstance(proven, TongbaoError):
        return problem_response(request.scope, proven)
    async with database_of(request).write() as tx:
        result = await service.issue_password_token(tx, proven=proven, at=at)
    response.headers.update(NO_STORE)
    return TokenOut(
        access_token=result.token,
        expires_in=TOKEN_LIFETIME // timedelta(seconds=1),
        expires_at=result.expires_at,
    )


@api.delete("/tokens/current", summary="Log out", status_code=status.HTTP_204_NO_CONTENT)
async def log_out(tx: WriteTx, at: Instant, request: Request, _actor: CurrentActor) -> None:
    """Revoke the token of this request, at once and for good.

    Problems: `auth.unauthenticated`.
    """
    await service.log_out(tx, token=bearer_token(request), at=at)


@api.get("/me", summary="Who am I")
async def me(tx: ReadTx, actor: CurrentActor) -> MeOut:
    """Return the bearer of the token, the parties they act for and their permissions.

    Problems: `auth.unauthenticated`.
    """
    return MeOut.of(actor, login=await service.find_login(tx, user_id=actor.id))
