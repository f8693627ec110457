"""`/api/v1/identity/factor-recoveries`: who has lost every factor of their own, and who has not."""

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity.domain.recoveries import UnknownRecovery
from tongbao.core.identity.router.proving import (
    NO_STORE,
    database_of,
    device_facts,
    prove_password,
)
from tongbao.core.identity.schemas.logging_in import ChallengeOut
from tongbao.core.identity.schemas.recoveries import (
    CancelCode,
    RecoveryAnswer,
    RecoveryAsk,
    RecoveryOut,
)
from tongbao.core.identity.service import recoveries
from tongbao.core.identity.service.open_recoveries import find_recovery
from tongbao.infra import browser
from tongbao.infra.auth import PUBLIC, CurrentActor
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    ReadTx,
    WriteTx,
    problem_response,
    router,
)
from tongbao.kernel.errors import TongbaoError

api: APIRouter = router(prefix="/api/v1/identity/factor-recoveries", tags=["identity"])


@api.post(
    "",
    summary="Begin to recover an account",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ChallengeOut,
    dependencies=[PUBLIC],
)
async def begin_recovery(
    body: RecoveryAsk, at: Instant, request: Request, response: Response
) -> ChallengeOut | Response:
    """Check the password, and ask for a code by SMS or e-mail; nothing has happened yet.

    The code is asked for by `POST /sessions/challenges/{challenge_id}/factors/{factor}`. It serves
    to ask for a recovery, and after the wait to complete it. Whoever still has a passkey, an
    authenticator app or a recovery code has no need of it.

    Problems: `identity.log_in_refused`, `identity.log_in_paused`, `identity.recovery_impossible`,
    `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    proven = await prove_password(
        request, login=body.login, password=body.password, device=device_facts(request), at=at
    )
    if isinstance(proven, TongbaoError):
        return problem_response(request.scope, proven)
    async with database_of(request).write() as tx:
        begun = await recoveries.begin_recovery(tx, proven=proven, at=at)
    response.headers.update(NO_STORE)
    return ChallengeOut.of(begun)


@api.post(
    "/requests",
    summary="Ask for a recovery",
    status_code=status.HTTP_201_CREATED,
    response_model=RecoveryOut,
    dependencies=[PUBLIC],
)
async def request_recovery(
    body: RecoveryAnswer, tx: WriteTx, at: Instant, request: Request
) -> RecoveryOut | Response:
    """Have the waiting period begin. The owner is told at every contact, and can call it off.

    One that is under way already is answered as it is.

    Problems: `identity.challenge_over`, `identity.factor_refused`, `identity.factor_not_offered`,
    `identity.log_in_paused`, `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    made = await recoveries.request_recovery(
        tx,
        challenge=body.challenge_id,
        factor=body.factor,
        code=body.code,
        device=device_facts(request),
        at=at,
    )
    if isinstance(made, TongbaoError):
        return problem_response(request.scope, made)  # returned: the try counts
    return RecoveryOut.of(made)


@api.post(
    "/completion",
    summary="Complete a recovery",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[PUBLIC],
)
async def complete_recovery(
    body: RecoveryAnswer, tx: WriteTx, at: Instant, request: Request
) -> Response:
    """Have all factors taken away after the wait; all sessions end, and the owner is told.

    For three days then no large payments, new payees, changes of contacts or limits are possible.

    Problems: `identity.recovery_waits`, `identity.unknown_recovery`, `identity.challenge_over`,
    `identity.factor_refused`, `identity.factor_not_offered`, `identity.log_in_paused`,
    `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    done = await recoveries.complete_recovery(
        tx, challenge=body.challenge_id, factor=body.factor, code=body.code, at=at
    )
    if isinstance(done, TongbaoError):
        return problem_response(request.scope, done)  # returned: the try counts
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@api.post(
    "/cancellation",
    summary="Call off a recovery by the code in its message",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[PUBLIC],
)
async def cancel_by_code(body: CancelCode, tx: WriteTx, at: Instant, request: Request) -> None:
    """Call it off, whoever asks: the code went to the owner's contacts and nowhere else.

    Problems: `identity.unknown_recovery`, `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    await recoveries.cancel_by_code(tx, code=body.code, at=at)


@api.get("/current", summary="My recovery")
async def read_recovery(tx: ReadTx, at: Instant, actor: CurrentActor) -> RecoveryOut:
    """Return the recovery that somebody has asked for in the caller's name.

    Problems: `identity.unknown_recovery`.
    """
    found = await find_recovery(tx, user_id=actor.id, at=at)
    if found is None:
        raise UnknownRecovery
    return RecoveryOut.of(found)


@api.delete(
    "/current",
    summary="Call off my recovery",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def cancel_recovery(tx: WriteTx, at: Instant, actor: CurrentActor) -> None:
    """Call off the recovery that somebody has asked for in the caller's name.

    Problems: `identity.unknown_recovery`.
    """
    await recoveries.cancel_recovery(tx, user_id=actor.id, at=at)
