"""`/api/v1/identity/sessions`: a browser logs in, with a password and a second factor."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain.challenges import Challenged, First
from tongbao.core.identity.router.proving import (
    NO_STORE,
    database_of,
    device_facts,
    give_cookies,
    leave_old_session,
    proof_of,
    prove_password,
)
from tongbao.core.identity.schemas.logging_in import (
    ChallengeOut,
    FactorAnswer,
    FactorOut,
    LogIn,
    NewSessionOut,
)
from tongbao.infra import browser
from tongbao.infra.auth import PUBLIC
from tongbao.infra.web import Instant, WriteTx, problem_response, router
from tongbao.kernel.errors import TongbaoError

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])

ChallengeId = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
_CHALLENGE: dict[int | str, dict[str, Any]] = {
    202: {"model": ChallengeOut, "description": "A second factor is needed"}
}


@api.post(
    "/sessions",
    summary="Log in with a browser",
    status_code=status.HTTP_201_CREATED,
    response_model=NewSessionOut,
    responses=_CHALLENGE,
    dependencies=[PUBLIC],
)
async def begin_session(
    body: LogIn, at: Instant, request: Request, response: Response
) -> NewSessionOut | ChallengeOut | Response:
    """Check a password. 201: a session has begun. 202: a second factor is needed.

    Who has set up an authenticator or a passkey is asked for it at every log-in; a code by SMS or
    e-mail is asked for on devices where none was given before. An unknown login and a wrong
    password get the same answer. After several failures logging in pauses, for logins that do not
    exist too; devices used before have a count of their own.

    Problems: `identity.log_in_refused`, `identity.log_in_paused`, `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    device = device_facts(request, fingerprint=body.fingerprint)
    proven = await prove_password(
        request, login=body.login, password=body.password, device=device, at=at
    )
    if isinstance(proven, TongbaoError):
        return problem_response(request.scope, proven)
    async with database_of(request).write() as tx:
        begun = await service.proceed(tx, proven=proven, at=at)
        if not isinstance(begun, Challenged):
            await leave_old_session(tx, request, at=at)
    if isinstance(begun, Challenged):
        answer = ChallengeOut.of(begun).model_dump_json()
        return Response(answer, 202, NO_STORE, "application/json")
    give_cookies(request, response, begun, at=at)
    return NewSessionOut.of(begun)


@api.post(
    "/sessions/challenges/{challenge_id}/factors/{factor}",
    summary="Ask for a second factor",
    dependencies=[PUBLIC],
)
async def ask_factor(
    tx: WriteTx,
    at: Instant,
    request: Request,
    challenge_id: ChallengeId,
    factor: Annotated[str, Path(pattern=r"^[a-z_]{1,32}$")],
) -> FactorOut:
    """Have a code sent, or get what a passkey is to sign.

    Problems: `identity.challenge_over`, `identity.factor_not_offered`, `notify.too_many_messages`.
    """
    browser.check_same_origin(request)
    asked = await service.ask_factor(
        tx,
        challenge=challenge_id,
        factor=factor,
        browser_secret=browser.cookie_of(request, browser.EXTERNAL),
        at=at,
    )
    return FactorOut(factor=factor, data=dict(asked))


@api.post(
    "/sessions/challenges/{challenge_id}",
    summary="Answer a second factor",
    status_code=status.HTTP_201_CREATED,
    response_model=NewSessionOut,
    dependencies=[PUBLIC],
)
async def answer_factor(
    body: FactorAnswer,
    tx: WriteTx,
    at: Instant,
    request: Request,
    response: Response,
    challenge_id: ChallengeId,
) -> NewSessionOut | Response:
    """Begin a session if the second factor is right. A challenge is good for five tries.

    Problems: `identity.factor_refused`, `identity.challenge_over`, `identity.log_in_paused`,
    `identity.factor_not_offered`, `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    proof = proof_of(code=body.code, assertion=body.assertion)
    proven = await service.answer_log_in(
        tx,
        challenge=challenge_id,
        factor=body.factor,
        proof=proof,
        browser_secret=browser.cookie_of(request, browser.EXTERNAL),
        at=at,
    )
    if isinstance(proven, TongbaoError):
        return problem_response(request.scope, proven)  # returned: the try counts
    session = await service.begin_session(
        tx,
        user_id=proven.user_id,
        factors=proven.factors,
        device=device_facts(request, fingerprint=body.fingerprint),
        at=at,
    )
    await leave_old_session(tx, request, at=at)
    give_cookies(request, response, session, at=at)
    if First.EXTERNAL in proven.factors:
        browser.drop_cookie(request, response, browser.EXTERNAL)
    return NewSessionOut.of(session)
