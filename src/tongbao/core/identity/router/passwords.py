"""`/api/v1/identity/password` and `/password-resets`."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain.challenges import ChallengeOver
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.identity.router.proving import database_of, device_facts, proof_of
from tongbao.core.identity.schemas.logging_in import ChallengeOut
from tongbao.core.identity.schemas.registering import (
    CodeSentOut,
    Confirmation,
    PasswordChange,
    PasswordReset,
    ReachableAt,
)
from tongbao.infra import browser
from tongbao.infra.auth import PUBLIC, CurrentActor
from tongbao.infra.passwords import hash_password
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    RequestLanguage,
    WriteTx,
    problem_response,
    router,
)
from tongbao.kernel.errors import TongbaoError

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])


@api.post(
    "/password",
    summary="Change my password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def change_password(
    body: PasswordChange, tx: WriteTx, at: Instant, request: Request, actor: CurrentActor
) -> Response:
    """Change the caller's password. All other sessions and tokens end; the owner is told.

    Wrong old passwords count like refused log-ins.

    Problems: `identity.log_in_refused`, `identity.log_in_paused`, `identity.password_too_weak`,
    `identity.password_common`.
    """
    new = await service.check_new_password(tx, user_id=actor.id, password=body.new_password)
    attempt = await service.begin_attempt(
        tx,
        login=await service.login_of(tx, user_id=actor.id),
        device=device_facts(request),
        at=at,
    )
    if isinstance(attempt, TongbaoError):
        return problem_response(request.scope, attempt)
    verdict = await service.check_password(attempt, password=body.old_password)
    proven = await service.finish_attempt(tx, attempt=attempt, verdict=verdict)
    if isinstance(proven, TongbaoError):
        return problem_response(request.scope, proven)  # returned: the refusal counts
    await service.change_password(
        tx,
        proven=proven,
        password_hash=await hash_password(new),
        session_id=actor.session_id,
        at=at,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@api.post(
    "/password-resets",
    summary="Begin to reset a password",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=CodeSentOut,
    dependencies=[PUBLIC],
)
async def begin_reset(
    body: ReachableAt, tx: WriteTx, at: Instant, request: Request, language: RequestLanguage
) -> CodeSentOut | Response:
    """Have a code sent to a phone or an e-mail address.

    The answer is the same for a contact without an account: its owner is told so in the message.

    Problems: `identity.contact_malformed`, `notify.too_many_messages`, `identity.log_in_paused`.
    """
    browser.check_same_origin(request)
    contact = clean_contact(body.contact)
    paused = await service.count_request(tx, device=device_facts(request), at=at)
    if paused is not None:
        return problem_response(request.scope, paused)
    return CodeSentOut(id=await service.begin_reset(tx, contact=contact, language=language, at=at))


@api.post(
    "/password-resets/{reset_id}/confirmation",
    summary="Confirm a reset",
    response_model=ChallengeOut,
    dependencies=[PUBLIC],
)
async def confirm_reset(
    body: Confirmation, tx: WriteTx, at: Instant, request: Request, reset_id: UUID
) -> ChallengeOut | Response:
    """Exchange the code for a challenge; `factors` names the second factors, one of which is asked.

    Whoever has an authenticator or a passkey needs it for the reset too. It is asked for by
    `POST /sessions/challenges/{challenge_id}/factors/{factor}`.

    Problems: `identity.code_wrong`, `identity.contact_malformed`.
    """
    browser.check_same_origin(request)
    begun = await service.confirm_reset(
        tx, reset_id=reset_id, contact=clean_contact(body.contact), code=body.code, at=at
    )
    if isinstance(begun, TongbaoError):
        return problem_response(request.scope, begun)  # returned: the try counts
    return ChallengeOut.of(begun)


@api.post(
    "/password-resets/completion",
    summary="Reset a password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[PUBLIC],
)
async def reset_password(body: PasswordReset, at: Instant, request: Request) -> Response:
    """Set a new password. All sessions and tokens end; the owner is told. Nobody is logged in.

    Problems: `identity.challenge_over`, `identity.factor_refused`, `identity.factor_not_offered`,
    `identity.password_too_weak`, `identity.password_common`.
    """
    browser.check_same_origin(request)
    async with database_of(request).read() as look:
        password = await service.check_reset_password(
            look, challenge=body.challenge_id, password=body.new_password, at=at
        )
    if password is None:
        raise ChallengeOver
    password_hash = await hash_password(password)  # no connection is held meanwhile
    async with database_of(request).write() as tx:
        done = await service.reset_password(
            tx,
            challenge=body.challenge_id,
            factor=body.factor,
            proof=proof_of(code=body.code, assertion=body.assertion),
            password_hash=password_hash,
            at=at,
        )
    if isinstance(done, TongbaoError):
        return problem_response(request.scope, done)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
