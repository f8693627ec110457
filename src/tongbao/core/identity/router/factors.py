"""Setting up authenticator apps and payment passwords."""

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity.router.step_up import NO_STORE, StepUpHeader
from tongbao.core.identity.schemas.factors import (
    FactorsOut,
    NewPaymentPassword,
    RecoveryCodesOut,
    TotpConfirmation,
    TotpSetUpOut,
)
from tongbao.core.identity.schemas.recoveries import RecoveryOut
from tongbao.core.identity.service import passkeys, payment_passwords, recovery_codes, totp
from tongbao.core.identity.service.open_recoveries import find_recovery
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    ReadTx,
    WriteTx,
    problem_response,
    router,
)

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])

SECRETS = [NO_IDEMPOTENCY_KEY]


@api.get("/factors", summary="What is set up")
async def factors(tx: ReadTx, actor: CurrentActor, at: Instant) -> FactorsOut:
    """Return which second factors and payment password the caller has, and if they are at stake."""
    recovery = await find_recovery(tx, user_id=actor.id, at=at)
    return FactorsOut(
        totp=await totp.has_totp(tx, actor.id),
        recovery_codes_left=await recovery_codes.recovery_codes_left(tx, actor.id),
        passkeys=len(await passkeys.list_passkeys(tx, user_id=actor.id)),
        payment_password=await payment_passwords.has_payment_password(tx, actor.id),
        recovery=None if recovery is None else RecoveryOut.of(recovery),
    )


@api.post(
    "/totp",
    summary="Set up an authenticator app",
    status_code=status.HTTP_201_CREATED,
    dependencies=SECRETS,
)
async def set_up_totp(
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> TotpSetUpOut:
    """Return a fresh secret, this once; it is in use after `POST /totp/confirmation`.

    Problems: `identity.totp_exists`, `identity.step_up_required`.
    """
    made = await totp.set_up_totp(tx, actor=actor, step_up_token=step_up_token, at=at)
    response.headers.update(NO_STORE)
    return TotpSetUpOut.of(made)


@api.post(
    "/totp/confirmation",
    summary="Take the authenticator app into use",
    status_code=status.HTTP_201_CREATED,
    dependencies=SECRETS,
)
async def confirm_totp(
    body: TotpConfirmation, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> RecoveryCodesOut:
    """Check the app's first code; return ten recovery codes, this once, unless there are some.

    Problems: `identity.totp_missing`, `identity.totp_exists`, `identity.totp_code_wrong`.
    """
    codes = await totp.confirm_totp(tx, user_id=actor.id, code=body.code, at=at)
    response.headers.update(NO_STORE)
    return RecoveryCodesOut(codes=list(codes))


@api.delete(
    "/totp",
    summary="Remove the authenticator app",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=SECRETS,
)
async def remove_totp(
    tx: WriteTx, actor: CurrentActor, at: Instant, step_up_token: StepUpHeader = None
) -> None:
    """Forget the app, and with the last factor the recovery codes.

    Problems: `identity.totp_missing`, `identity.step_up_required`.
    """
    await totp.remove_totp(tx, actor=actor, step_up_token=step_up_token, at=at)


@api.post(
    "/recovery-codes",
    summary="Replace the recovery codes",
    status_code=status.HTTP_201_CREATED,
    dependencies=SECRETS,
)
async def replace_recovery_codes(
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> RecoveryCodesOut:
    """Return ten new recovery codes, this once; the old ones are worth nothing any more.

    Problems: `identity.no_factor_set_up`, `identity.step_up_required`.
    """
    codes = await recovery_codes.replace_recovery_codes(
        tx, actor=actor, step_up_token=step_up_token, at=at
    )
    response.headers.update(NO_STORE)
    return RecoveryCodesOut(codes=codes)


@api.put(
    "/payment-password",
    summary="Set the payment password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=SECRETS,
    response_model=None,
)
async def set_payment_password(
    body: NewPaymentPassword,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> Response:
    """Set or change the six digits that confirm payments.

    Problems: `identity.payment_password_weak`, `identity.step_up_required`, and
    `identity.step_up_refused` for a wrong log-in password, which uses the token up.
    """
    refusal = await payment_passwords.set_payment_password(
        tx,
        actor=actor,
        payment_password=body.payment_password,
        login_password=body.login_password,
        step_up_token=step_up_token,
        at=at,
    )
    if refusal is not None:
        return problem_response(request.scope, refusal)  # returned: the token is used up
    return Response(status_code=status.HTTP_204_NO_CONTENT)
