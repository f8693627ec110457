"""`/api/v1/identity`: logging in and out, and who one is."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain import TOKEN_LIFETIME
from tongbao.core.identity.schemas import MeOut, PasswordGrant, TokenOut
from tongbao.infra.auth import PUBLIC, CurrentActor, bearer_token
from tongbao.infra.web import Instant, WriteTx, problem_response, router

NO_STORE = {"Cache-Control": "no-store"}

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
    tx: WriteTx,
    at: Instant,
    request: Request,
    response: Response,
) -> TokenOut | Response:
    """Exchange log-in name and password for a bearer token that is good for twelve hours.

    After five failures in a row the user is locked for fifteen minutes. An unknown name, a wrong
    password and a locked user get the same answer.

    Problems: `identity.log_in_refused`.
    """
    result = await service.log_in(tx, login=form.username, password=form.password, at=at)
    if isinstance(result, service.LogInRefused):
        return problem_response(request.scope, result)  # returned: the failure counts
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
async def me(actor: CurrentActor) -> MeOut:
    """Return the bearer of the token, the parties they act for and their permissions.

    Problems: `auth.unauthenticated`.
    """
    return MeOut.of(actor)
