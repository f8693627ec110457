"""Logging in by an account at an identity provider: away, back, linking.

The provider is spoken to between two transactions, never inside one. The browser that comes back
must be the one that was sent away: a cookie of its own and the state it brings belong together.
"""

from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from tongbao.core.identity.domain.challenges import Challenged
from tongbao.core.identity.domain.external_logins import (
    FLOW_LIFETIME,
    ExternalIdentity,
    ExternalLogInRefused,
    UnknownProvider,
)
from tongbao.core.identity.gateways.oidc import OidcGateway
from tongbao.core.identity.router.proving import (
    NO_STORE,
    database_of,
    device_facts,
    give_cookies,
    leave_old_session,
)
from tongbao.core.identity.router.step_up import StepUpHeader
from tongbao.core.identity.schemas.external_logins import (
    ExternalLoginsOut,
    LinkBegun,
    LinkTicket,
    NewLink,
    ProviderOut,
    ProvidersOut,
)
from tongbao.core.identity.service import external_logins
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.external_logins import Flow
from tongbao.core.identity.service.sessions import find_session
from tongbao.infra import browser
from tongbao.infra.auth import PUBLIC, CurrentActor
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, ReadTx, WriteTx, router

PREFIX: Final = "/api/v1/identity/oidc"
FRAGMENT: Final = "external_registration"
CHALLENGE: Final = "log_in_challenge"

api: APIRouter = router(prefix=PREFIX, tags=["identity"])

Provider = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
State = Annotated[str, Query(min_length=1, max_length=100)]


@api.get("", summary="Identity providers", dependencies=[PUBLIC])
async def list_providers() -> ProvidersOut:
    """Return the providers whose accounts one may log in with."""
    known = configured().providers.values()
    return ProvidersOut(
        items=[ProviderOut(key=each.provider.key, title=each.provider.title) for each in known]
    )


@api.get("/links", summary="One's accounts at identity providers")
async def list_links(tx: ReadTx, actor: CurrentActor) -> ExternalLoginsOut:
    """Return the providers of which the caller has linked an account."""
    issuers = set(await external_logins.linked_issuers(tx, user_id=actor.id))
    known = [each.provider for each in configured().providers.values()]
    return ExternalLoginsOut(
        items=[
            ProviderOut(key=each.key, title=each.title) for each in known if each.issuer in issuers
        ]
    )


@api.get(
    "/{provider}/authorize",
    summary="Go to an identity provider",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    response_model=None,
    dependencies=[PUBLIC],
)
async def authorize(
    provider: Provider,
    at: Instant,
    request: Request,
    return_to: Annotated[str, Query(max_length=100)] = "/app",
    state: Annotated[str | None, Query(max_length=100, description="Of a link begun")] = None,
) -> Response:
    """Send the browser to log in there; it comes back to `/callback` within ten minutes.

    Problems: `identity.unknown_provider`, `identity.provider_unavailable`,
    `identity.return_path_not_allowed`, `identity.external_log_in_refused`.
    """
    gateway = _gateway(provider)
    secret = browser.cookie_of(request, browser.EXTERNAL) or token_urlsafe(32)
    async with database_of(request).write() as tx:
        flow: Flow | None
        if state is None:
            flow = await external_logins.begin_flow(
                tx, provider=provider, return_to=return_to, browser_secret=secret, at=at
            )
        else:
            flow = await external_logins.find_flow(
                tx, provider=provider, state=state, browser_secret=secret, at=at
            )
    if flow is None:
        raise ExternalLogInRefused
    url = await gateway.authorization_url(
        redirect_uri=_callback(provider),
        state=flow.state,
        nonce=flow.nonce,
        verifier=flow.verifier,
        at=at,
    )
    response = RedirectResponse(url, status.HTTP_303_SEE_OTHER, NO_STORE)
    _keep_secret(request, response, secret)
    return response


@api.get(
    "/{provider}/callback",
    summary="Come back from an identity provider",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    response_model=None,
    dependencies=[PUBLIC],
)
async def callback(
    provider: Provider,
    at: Instant,
    request: Request,
    state: State,
    code: Annotated[str | None, Query(max_length=2_000)] = None,
    iss: Annotated[str | None, Query(max_length=500, description="RFC 9207")] = None,
) -> Response:
    """Log in the user whose account it is, or link it, and go to a page of ours.

    Who has set up a second factor is asked for it first: the fragment of the address has
    `log_in_challenge` and `factors`, and the challenge is answered as after a password, by
    `POST /sessions/challenges/{challenge_id}`, in the same browser. An account that nobody here has
    gets a ticket, in the fragment too, with which it is linked once its owner has registered as
    everybody does.

    Problems: `identity.external_log_in_refused`, `identity.provider_unavailable`,
    `identity.external_login_taken`, `identity.unknown_provider`.
    """
    gateway = _gateway(provider)
    secret = browser.cookie_of(request, browser.EXTERNAL)
    if secret is None:
        raise ExternalLogInRefused
    async with database_of(request).write() as tx:  # committed: a state is looked at once
        flow = await external_logins.take_flow(
            tx, provider=provider, state=state, browser_secret=secret, at=at
        )
    if flow is None or code is None or iss not in (None, gateway.provider.issuer):
        raise ExternalLogInRefused
    identity = await gateway.identity(
        code=code,
        redirect_uri=_callback(provider),
        verifier=flow.verifier,
        nonce=flow.nonce,
        at=at,
    )
    if flow.link_user_id is not None:
        return await _link(request, flow, identity, at=at)
    return await _log_in(request, flow, identity, secret=secret, at=at)


@api.post(
    "/{provider}/links",
    summary="Begin to link an account",
    status_code=status.HTTP_201_CREATED,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def begin_link(
    provider: Provider,
    body: NewLink,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    response: Response,
    step_up_token: StepUpHeader = None,
) -> LinkBegun:
    """Return where the browser goes on; only this browser, in this session, can finish it.

    Problems: `identity.step_up_required`, `identity.unknown_provider`,
    `identity.return_path_not_allowed`.
    """
    _gateway(provider)
    secret = browser.cookie_of(request, browser.EXTERNAL) or token_urlsafe(32)
    flow = await external_logins.begin_flow(
        tx,
        provider=provider,
        return_to=body.return_to,
        browser_secret=secret,
        link=actor,
        step_up_token=step_up_token,
        at=at,
    )
    _keep_secret(request, response, secret)
    query = urlencode({"state": flow.state})
    return LinkBegun(continue_at=f"{PREFIX}/{provider}/authorize?{query}")


@api.post(
    "/{provider}/registrations",
    summary="Link the account one came with",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def link_by_ticket(
    provider: Provider,
    body: LinkTicket,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> None:
    """Link the account of a first log-in to the user who has registered since, in one browser.

    Problems: `identity.step_up_required`, `identity.external_log_in_refused`,
    `identity.external_login_taken`, `identity.unknown_provider`.
    """
    await external_logins.link_by_ticket(
        tx,
        actor=actor,
        provider=provider,
        issuer=_gateway(provider).provider.issuer,
        ticket=body.ticket,
        browser_secret=browser.cookie_of(request, browser.EXTERNAL) or "",
        step_up_token=step_up_token,
        at=at,
    )


@api.delete(
    "/{provider}/links", summary="Unlink one's account", status_code=status.HTTP_204_NO_CONTENT
)
async def unlink(
    provider: Provider,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> None:
    """Let the provider's account log in as the caller no more.

    Problems: `identity.step_up_required`, `identity.unknown_external_login`,
    `identity.unknown_provider`.
    """
    await external_logins.unlink(
        tx,
        actor=actor,
        provider=provider,
        issuer=_gateway(provider).provider.issuer,
        step_up_token=step_up_token,
        at=at,
    )


async def _log_in(
    request: Request, flow: Flow, identity: ExternalIdentity, *, secret: str, at: datetime
) -> Response:
    """Begin a session for the account's user, have a second factor asked, or hand out a ticket."""
    async with database_of(request).write() as tx:
        user_id = await external_logins.user_of(tx, identity=identity, at=at)
        if user_id is None:
            ticket = await external_logins.issue_ticket(
                tx, identity=identity, browser_secret=secret, at=at
            )
            address = f"{flow.return_to}#{urlencode({FRAGMENT: ticket})}"
            return RedirectResponse(address, status.HTTP_303_SEE_OTHER, NO_STORE)
        begun = await external_logins.proceed(
            tx, user_id=user_id, browser_secret=secret, device=device_facts(request), at=at
        )
        if not isinstance(begun, Challenged):
            await leave_old_session(tx, request, at=at)
    if isinstance(begun, Challenged):
        lacking = {CHALLENGE: begun.challenge, "factors": ",".join(begun.factors)}
        address = f"{flow.return_to}#{urlencode(lacking)}"
        return RedirectResponse(address, status.HTTP_303_SEE_OTHER, NO_STORE)
    response = RedirectResponse(flow.return_to, status.HTTP_303_SEE_OTHER, NO_STORE)
    give_cookies(request, response, begun, at=at)
    browser.drop_cookie(request, response, browser.EXTERNAL)
    return response


async def _link(
    request: Request, flow: Flow, identity: ExternalIdentity, *, at: datetime
) -> Response:
    """Link the account, if the browser is still in the session that asked for it."""
    shown = browser.cookie_of(request, browser.SESSION)
    assert flow.link_user_id is not None
    async with database_of(request).write() as tx:
        session = None if shown is None else await find_session(tx, shown, at)
        if (
            session is None
            or session.session_id != flow.link_session_id
            or session.actor.id != flow.link_user_id
        ):
            raise ExternalLogInRefused
        await external_logins.link(tx, user_id=flow.link_user_id, identity=identity, at=at)
    response = RedirectResponse(flow.return_to, status.HTTP_303_SEE_OTHER, NO_STORE)
    browser.drop_cookie(request, response, browser.EXTERNAL)
    return response


def _gateway(provider: str) -> OidcGateway:
    gateway = configured().providers.get(provider)
    if gateway is None:
        raise UnknownProvider
    return gateway


def _callback(provider: str) -> str:
    """Return where the provider sends the browser: by the settings, whatever host was asked."""
    return f"{configured().relying_party.origin}{PREFIX}/{provider}/callback"


def _keep_secret(request: Request, response: Response, secret: str) -> None:
    seconds = int(FLOW_LIFETIME.total_seconds()) * 2  # a ticket lives longer than a flow
    browser.set_cookie(request, response, browser.EXTERNAL, secret, seconds=seconds)
