"""Adding, naming and removing passkeys, and logging in with one alone."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity.domain.passkeys import PasskeyNotRegistered, PasskeyRefused
from tongbao.core.identity.router.proving import (
    NO_STORE,
    device_facts,
    give_cookies,
    leave_old_session,
)
from tongbao.core.identity.router.step_up import StepUpHeader
from tongbao.core.identity.schemas.factors import (
    AddedPasskeyOut,
    CeremonyOut,
    PasskeyAssertion,
    PasskeyLogInOut,
    PasskeyName,
    PasskeyOut,
    PasskeyRegistration,
    PasskeysOut,
)
from tongbao.core.identity.service import begin_session, passkeys
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

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])


@api.get("/passkeys", summary="One's passkeys")
async def list_passkeys(tx: ReadTx, actor: CurrentActor) -> PasskeysOut:
    """Return the caller's passkeys, the oldest first; there are at most twenty."""
    found = await passkeys.list_passkeys(tx, user_id=actor.id)
    return PasskeysOut(items=[PasskeyOut.of(each) for each in found])


@api.post(
    "/passkey-registrations/options",
    summary="Begin to add a passkey",
    status_code=status.HTTP_201_CREATED,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def begin_passkey(
    tx: WriteTx, actor: CurrentActor, at: Instant, step_up_token: StepUpHeader = None
) -> CeremonyOut:
    """Return what `navigator.credentials.create` takes; its answer is due within three minutes.

    As the first factor of a user it needs no step-up in a session that began by a code within the
    last five minutes.

    Problems: `identity.step_up_required`, `identity.too_many_passkeys`.
    """
    ceremony, options = await passkeys.registration_options(
        tx, actor=actor, step_up_token=step_up_token, at=at
    )
    return CeremonyOut.of(ceremony, options)


@api.post(
    "/passkey-registrations",
    summary="Add a passkey",
    status_code=status.HTTP_201_CREATED,
    response_model=AddedPasskeyOut,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def add_passkey(
    body: PasskeyRegistration,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    response: Response,
) -> AddedPasskeyOut | Response:
    """Add the passkey that the authenticator has made.

    With the first factor of a user come ten recovery codes, this once, for the day it is lost.

    Problems: `identity.passkey_not_registered`, `identity.passkey_name_malformed`.
    """
    result = await passkeys.register(
        tx,
        actor=actor,
        ceremony_id=body.ceremony_id,
        credential=body.credential,
        name=body.name,
        at=at,
    )
    if isinstance(result, PasskeyNotRegistered):
        return problem_response(request.scope, result)  # returned: the challenge is used up
    response.headers.update(NO_STORE)
    return AddedPasskeyOut.of_added(result)


@api.patch("/passkeys/{passkey_id}", summary="Rename a passkey")
async def rename_passkey(
    passkey_id: UUID, body: PasskeyName, tx: WriteTx, actor: CurrentActor
) -> PasskeyOut:
    """Give a passkey another name.

    Problems: `identity.unknown_passkey`, `identity.passkey_name_malformed`.
    """
    renamed = await passkeys.rename_passkey(
        tx, user_id=actor.id, passkey_id=passkey_id, name=body.name
    )
    return PasskeyOut.of(renamed)


@api.delete(
    "/passkeys/{passkey_id}", summary="Remove a passkey", status_code=status.HTTP_204_NO_CONTENT
)
async def remove_passkey(
    passkey_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> None:
    """Accept a passkey no more.

    Problems: `identity.unknown_passkey`, `identity.step_up_required`.
    """
    await passkeys.remove_passkey(
        tx, actor=actor, passkey_id=passkey_id, step_up_token=step_up_token, at=at
    )


@api.post(
    "/passkey-assertions/options",
    summary="Begin to log in with a passkey",
    status_code=status.HTTP_201_CREATED,
    dependencies=[PUBLIC],
)
async def begin_passkey_log_in(tx: WriteTx, at: Instant, request: Request) -> CeremonyOut:
    """Return what `navigator.credentials.get` takes; nobody's passkeys are named.

    Problems: `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    ceremony, options = await passkeys.log_in_options(tx, at=at)
    return CeremonyOut.of(ceremony, options)


@api.post(
    "/passkey-assertions",
    summary="Log in with a passkey alone",
    status_code=status.HTTP_201_CREATED,
    response_model=PasskeyLogInOut,
    dependencies=[PUBLIC],
)
async def log_in_by_passkey(
    body: PasskeyAssertion, tx: WriteTx, at: Instant, request: Request, response: Response
) -> PasskeyLogInOut | Response:
    """Begin a session for the user whose passkey has answered, within three minutes.

    Problems: `identity.passkey_refused`, `auth.cross_site_request`.
    """
    browser.check_same_origin(request)
    user_id = await passkeys.asserted_user(
        tx, ceremony_id=body.ceremony_id, credential=body.assertion, at=at
    )
    if isinstance(user_id, PasskeyRefused):
        return problem_response(request.scope, user_id)  # returned: the challenge is used up
    session = await begin_session(
        tx,
        user_id=user_id,
        factors=frozenset({"passkey"}),
        device=device_facts(request, fingerprint=body.fingerprint),
        at=at,
    )
    await leave_old_session(tx, request, at=at)
    give_cookies(request, response, session, at=at)
    return PasskeyLogInOut.of(session)
