"""`/api/v1/identity/sessions` and `/devices`: one's own, listed and ended."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from tongbao.core.identity import service
from tongbao.core.identity.domain import TOKEN_LIFETIME
from tongbao.core.identity.domain.sessions import NoBrowserSession
from tongbao.core.identity.router.proving import NO_STORE
from tongbao.core.identity.schemas import TokenOut
from tongbao.core.identity.schemas.sessions import (
    CurrentSessionOut,
    DeviceOut,
    SecurityEventOut,
    SessionOut,
)
from tongbao.infra import browser
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api: APIRouter = router(prefix="/api/v1/identity", tags=["identity"])


@api.get("/sessions", summary="My sessions")
async def list_sessions(tx: ReadTx, at: Instant, actor: CurrentActor) -> Page[SessionOut]:
    """Return the caller's sessions that are not over, the one used last first (at most 20).

    Problems: `auth.unauthenticated`.
    """
    found = await service.list_sessions(tx, user_id=actor.id, at=at)
    return Page[SessionOut](items=[SessionOut.of(each, current=actor.session_id) for each in found])


@api.get("/sessions/current", summary="The session of this page")
async def current_session(request: Request, actor: CurrentActor) -> CurrentSessionOut:
    """Return the token that a page sends back in `X-CSRF-Token`, and what was proven at log-in.

    Problems: `auth.unauthenticated`, `identity.no_browser_session`.
    """
    session_id = _browsers_session(request, actor)
    return CurrentSessionOut(
        session_id=session_id,
        csrf_token=browser.csrf_token(session_id.bytes),
        factors=sorted(actor.factors),
    )


@api.delete("/sessions/current", summary="Log out here", status_code=status.HTTP_204_NO_CONTENT)
async def log_out_here(
    tx: WriteTx, at: Instant, request: Request, response: Response, actor: CurrentActor
) -> None:
    """End the session of this request; the browser forgets its cookie.

    Problems: `auth.unauthenticated`, `identity.no_browser_session`.
    """
    session_id = _browsers_session(request, actor)
    await service.end_session(tx, session_id=session_id, why=service.Ended.LOGGED_OUT, at=at)
    browser.drop_cookie(request, response, browser.SESSION)


@api.post(
    "/sessions/current/tokens",
    summary="Get a token for this session",
    status_code=status.HTTP_201_CREATED,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def exchange_session(
    tx: WriteTx, at: Instant, request: Request, response: Response, actor: CurrentActor
) -> TokenOut:
    """Exchange the session for a bearer token that proves the same factors, good for an hour.

    For programs of users who have a second factor. It is revoked by `DELETE /sessions`.

    Problems: `auth.unauthenticated`, `identity.no_browser_session`.
    """
    _browsers_session(request, actor)
    issued = await service.issue_token(tx, user_id=actor.id, factors=actor.factors, at=at)
    response.headers.update(NO_STORE)
    return TokenOut(
        access_token=issued.token,
        expires_in=TOKEN_LIFETIME // timedelta(seconds=1),
        expires_at=issued.expires_at,
    )


@api.delete("/sessions", summary="Log out elsewhere", status_code=status.HTTP_204_NO_CONTENT)
async def log_out_elsewhere(tx: WriteTx, at: Instant, actor: CurrentActor) -> None:
    """End all of the caller's sessions but the one of this request, and all other tokens, at once.

    Problems: `auth.unauthenticated`.
    """
    await service.end_sessions(
        tx, user_id=actor.id, why=service.Ended.REVOKED, at=at, but=actor.session_id
    )
    await service.revoke_tokens(tx, user_id=actor.id, at=at, but=actor.session_id)


@api.delete(
    "/sessions/{session_id}", summary="End a session", status_code=status.HTTP_204_NO_CONTENT
)
async def revoke_session(tx: WriteTx, at: Instant, actor: CurrentActor, session_id: UUID) -> None:
    """End one of the caller's sessions, at once.

    Problems: `auth.unauthenticated`, `identity.unknown_session`.
    """
    await service.revoke_session(tx, user_id=actor.id, session_id=session_id, at=at)


@api.get("/devices", summary="My devices")
async def list_devices(tx: ReadTx, actor: CurrentActor) -> Page[DeviceOut]:
    """Return the browsers the caller has logged in from, the one used last first (at most 50).

    Problems: `auth.unauthenticated`.
    """
    found = await service.list_devices(tx, user_id=actor.id)
    return Page[DeviceOut](items=[DeviceOut.of(each) for each in found])


@api.delete(
    "/devices/{device_id}", summary="Forget a device", status_code=status.HTTP_204_NO_CONTENT
)
async def revoke_device(tx: WriteTx, at: Instant, actor: CurrentActor, device_id: UUID) -> None:
    """Forget a device and end its sessions, at once; logging in there needs all factors again.

    Problems: `auth.unauthenticated`, `identity.unknown_device`.
    """
    await service.revoke_device(tx, user_id=actor.id, device_id=device_id, at=at)


@api.get("/security-events", summary="What happened to my account")
async def list_security_events(
    tx: ReadTx, actor: CurrentActor, after: str | None = None, limit: PageLimit = PAGE_LIMIT_DEFAULT
) -> Page[SecurityEventOut]:
    """Return new devices and places, refused log-ins, changes of the password; the latest first.

    Problems: `auth.unauthenticated`, `page.bad_cursor`.
    """
    found = await service.list_security_events(tx, user_id=actor.id, after=after, limit=limit)
    return Page[SecurityEventOut](
        items=[SecurityEventOut.of(each) for each in found.items], next=found.next
    )


def _browsers_session(request: Request, actor: CurrentActor) -> UUID:
    """Return the id of the browser's session that the request rides on."""
    if actor.session_id is None or "authorization" in request.headers:
        raise NoBrowserSession
    return actor.session_id
