"""What the routes of logging in share: the device that asks, the password, the cookies."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request, Response

from tongbao.core.identity import service
from tongbao.core.identity.domain import LogInRefused
from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.devices import DEVICE_COOKIE_LIFETIME, DeviceFacts
from tongbao.core.identity.service import NewSession
from tongbao.infra import browser
from tongbao.infra.db import Database, WriteSession

NO_STORE: Final = {"Cache-Control": "no-store"}
_SECOND: Final = timedelta(seconds=1)


def database_of(request: Request) -> Database:
    """Return the database, for routes that open transactions of their own."""
    database: Database = request.app.state.database
    return database


def device_facts(request: Request, *, fingerprint: str | None = None) -> DeviceFacts:
    """Return what a request tells of the device it comes from."""
    told: str | None = request.scope.get("state", {}).get("client_address")
    client = request.client
    return DeviceFacts(
        cookie=browser.cookie_of(request, browser.DEVICE),
        fingerprint=fingerprint,
        address=told or (client.host if client else ""),
        user_agent=request.headers.get("user-agent", ""),
    )


def proof_of(*, code: str | None, assertion: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the answer to a second factor as `domain.factors.SecondFactor.verify` takes it."""
    given = {"code": code, "assertion": assertion}
    return {name: value for name, value in given.items() if value is not None}


async def prove_password(
    request: Request, *, login: str, password: str, device: DeviceFacts, at: datetime
) -> service.PasswordProven | LogInRefused | LogInPaused:
    """Count the attempt, check the password without holding a connection, and judge.

    Two short transactions, so that waiting for the processor keeps nobody from the database.
    """
    database = database_of(request)
    async with database.write() as tx:
        attempt = await service.begin_attempt(tx, login=login, device=device, at=at)
    if isinstance(attempt, LogInPaused):
        return attempt
    verdict = await service.check_password(attempt, password=password)
    async with database.write() as tx:
        return await service.finish_attempt(tx, attempt=attempt, verdict=verdict)


async def leave_old_session(tx: WriteSession, request: Request, *, at: datetime) -> None:
    """End the session that the browser had: whoever logs in begins anew."""
    old = browser.cookie_of(request, browser.SESSION)
    if old is not None:
        await service.end_shown(tx, secret=old, why=service.Ended.REPLACED, at=at)


def give_cookies(
    request: Request, response: Response, session: NewSession, *, at: datetime
) -> None:
    """Have the browser keep the session's secret and the device's cookie."""
    browser.set_cookie(
        request,
        response,
        browser.SESSION,
        session.secret,
        seconds=(session.expires_at - at) // _SECOND,
    )
    browser.set_cookie(
        request,
        response,
        browser.DEVICE,
        session.device_cookie,
        seconds=DEVICE_COOKIE_LIFETIME // _SECOND,
    )
    response.headers.update(NO_STORE)
