"""Adding, naming and removing passkeys."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity.domain.passkeys import PasskeyNotRegistered
from tongbao.core.identity.router.step_up import StepUpHeader
from tongbao.core.identity.schemas.factors import (
    CeremonyOut,
    PasskeyName,
    PasskeyOut,
    PasskeyRegistration,
    PasskeysOut,
)
from tongbao.core.identity.service import passkeys
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    ReadTx,
    WriteTx,
    problem_response,
    router,
)

api: APIRouter = router(prefix="/api/v1/identity/passkeys", tags=["identity"])


@api.get("", summary="One's passkeys")
async def list_passkeys(tx: ReadTx, actor: CurrentActor) -> PasskeysOut:
    """Return the caller's passkeys, the oldest first; there are at most twenty."""
    found = await passkeys.list_passkeys(tx, user_id=actor.id)
    return PasskeysOut(items=[PasskeyOut.of(each) for each in found])


@api.post(
    "/registrations/options",
    summary="Begin to add a passkey",
    status_code=status.HTTP_201_CREATED,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def begin_passkey(
    tx: WriteTx, actor: CurrentActor, at: Instant, step_up_token: StepUpHeader = None
) -> CeremonyOut:
    """Return what `navigator.credentials.create` takes; its answer is due within three minutes.

    Problems: `identity.step_up_required`, `identity.too_many_passkeys`.
    """
    ceremony, options = await passkeys.registration_options(
        tx, actor=actor, step_up_token=step_up_token, at=at
    )
    return CeremonyOut.of(ceremony, options)


@api.post(
    "/registrations",
    summary="Add a passkey",
    status_code=status.HTTP_201_CREATED,
    response_model=PasskeyOut,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def add_passkey(
    body: PasskeyRegistration, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> PasskeyOut | Response:
    """Add the passkey that the authenticator has made.

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
    return PasskeyOut.of(result)


@api.patch("/{passkey_id}", summary="Rename a passkey")
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


@api.delete("/{passkey_id}", summary="Remove a passkey", status_code=status.HTTP_204_NO_CONTENT)
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
