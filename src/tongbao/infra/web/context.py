"""Everything around a request: its id, its log line, its metrics, headers every answer has.

Pure ASGI, in one middleware, so that the order is the order of the lines below.
"""

import re
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongbao.infra import metrics
from tongbao.infra.address import Network, resolve_address
from tongbao.infra.web.problems import request_id_of, unexpected_response
from tongbao.infra.web.routes import template_of
from tongbao.kernel.ids import new_id

REQUEST_ID_HEADER: Final = "X-Request-Id"
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = ("/health/", "/metrics")
CLIENT_LEFT: Final = 499  # nginx's number for a caller who did not wait for the answer

SECURITY_HEADERS: Final = {
    # data: is for the small pictures inside the API reference's style sheet.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TRANSPORT_SECURITY: Final = "max-age=31536000; includeSubDomains"

_ID_HEADER: Final = REQUEST_ID_HEADER.lower().encode()
_SECURITY: Final = [
    (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
]
_TRANSPORT: Final = (b"strict-transport-security", TRANSPORT_SECURITY.encode())

_log = structlog.stdlib.get_logger(__name__)


def _request_id(scope: Scope) -> str:
    """Return the caller's id if it is one short plain word, else a new UUIDv7."""
    sent: list[bytes] = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0]):
        return sent[0].decode()
    return str(new_id())


class RequestContext:
    """The outermost of our middlewares; also the last net for an exception nobody handled."""

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[Network] = ()) -> None:
        self.app = app
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = _request_id(scope)
        state["client_address"] = resolve_address(scope, self.trusted_proxies)
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._observe(scope, receive, send)
        finally:
            structlog.contextvars.reset_contextvars(**bound)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = CLIENT_LEFT

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, scope)
            await send(message)

        metrics.HTTP_IN_FLIGHT.inc()
        try:
            await self._answer(scope, receive, dressed)
        finally:
            metrics.HTTP_IN_FLIGHT.dec()
            _record(scope, status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception as error:
            _log.exception("request_failed", error_type=type(error).__name__)
            if answered:
                raise  # half an answer is out; only breaking the connection is honest
            await unexpected_response(scope)(scope, receive, send)


def _dress(message: Message, scope: Scope) -> None:
    """Give an answer its request's id, and the security headers it does not have itself."""
    headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != _ID_HEADER]
    present = {name.lower() for name, _ in headers}
    headers.append((_ID_HEADER, request_id_of(scope).encode()))
    headers.extend(pair for pair in _SECURITY if pair[0] not in present)
    if scope["scheme"] == "https" and _TRANSPORT[0] not in present:
        headers.append(_TRANSPORT)
    message["headers"] = headers


@lru_cache(maxsize=10_000)  # all there are: methods and routes are few, and so are statuses
def _meters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return the metrics of an answer; looking them up by their labels costs more than counting."""
    return (
        metrics.HTTP_REQUESTS.labels(method, route, str(status)),
        metrics.HTTP_DURATION.labels(method, route),
    )


def _record(scope: Scope, status: int, seconds: float) -> None:
    """Write the access log's line and the metrics: the route's template, never path or query."""
    route = template_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    requests, duration = _meters(method, route, status)
    requests.inc()
    duration.observe(seconds)
    state = scope["state"]
    actor = state.get("actor")
    write = _log.debug if route.startswith(_QUIET) else _log.info
    write(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 1),
        problem=state.get("problem_code"),
        actor_id=None if actor is None else str(actor.id),
    )
