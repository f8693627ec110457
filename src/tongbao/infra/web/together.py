"""A short way for the few routes that thousands wait for.

A transaction per request and the framework's own way to a route cost several times what booking
one row does. A plain request to a route marked `together` therefore passes both by: its actor is
found together with those of other requests, and the route's `answer` serves it together with
others. What it may not cost is difference: limits, request id, log, metrics, guards, strict JSON
and problems are those of every route, and whatever is not plain takes the usual way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongbao.infra import auth
from tongbao.infra.guards import guards_of
from tongbao.infra.together import authenticate_together
from tongbao.infra.web.body import BufferedRequest, read_body
from tongbao.infra.web.trail import note_failure
from tongbao.kernel.clock import now

Answer = Callable[[BufferedRequest, datetime], Awaitable[Response | None]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_MARK: Final = "answer_together"
# A key asks for its answer to be stored, and a cookie may be a session: both need a transaction.
_NOT_PLAIN: Final = frozenset({b"idempotency-key", b"cookie"})


def together(answer: Answer) -> Callable[[Endpoint], Endpoint]:
    """Let plain requests to a route be answered together with others that come at the same time.

    Plain is a bearer token, no Idempotency-Key, no cookie and no query. The actor is found and the
    permissions that the route requires are checked as ever. `answer` gets the request with its
    document, and the moment it came; it returns what the route's function would, made durable
    already, or None for a document that is not valid: then the route itself says what is wrong.

    Write this under the decorator that makes the route, whose path has no parameters. Only an
    application with `app.state.authenticate_many` (`infra.auth`) answers together.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, answer)
        return endpoint

    return mark


@dataclass(frozen=True, slots=True)
class _Lane:
    """What the short way needs to know of a route."""

    route: RouteContext
    permissions: tuple[auth.Require, ...]
    answer: Answer

    async def serve(self, request: Request) -> tuple[Response | None, bytes]:
        """Return the answer, or None when the route shall give it, and the body that was read."""
        request.state.at = at = now()
        token = auth.bearer_token(request)  # 401 before any byte of the body is read
        buffered = await read_body(request)
        actor = await authenticate_together(buffered, token, at)
        for each in self.permissions:
            each.check(actor)
        buffered.parse_json()
        return await self.answer(buffered, at), await buffered.body()


class TogetherLanes:
    """Answers plain requests to marked routes; hands every other request on as it came."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lanes: dict[tuple[str, str], _Lane] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self._lanes is None:  # the routes are all there when the first request comes
            self._lanes = lanes_of(scope["app"])
        lane = self._lanes.get((scope["method"], scope["path"]))
        if lane is None or not _plain(scope):
            await self.app(scope, receive, send)
            return
        scope["route"] = lane.route  # for the log and the metrics
        request = Request(scope, receive)
        body = b""
        try:
            response, body = await lane.serve(request)
        except Exception as error:  # noqa: BLE001 - raised again unless it has a handler
            await note_failure(request, error, request.state.at, reads=False)
            response = await _problem(request, error)
        if response is not None:
            await response(scope, receive, send)
            return
        del scope["route"]
        await self.app(scope, _Replay(body, receive), send)


class _Replay:
    """Gives a body that was read already, and then what comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def lanes_of(app: FastAPI) -> dict[tuple[str, str], _Lane]:
    """Return what is answered together, by method and path; a route wrongly marked is a defect."""
    if not hasattr(app.state, "authenticate_many"):
        return {}
    lanes: dict[tuple[str, str], _Lane] = {}
    for context in iter_route_contexts(app.routes):
        answer: Answer | None = getattr(getattr(context, "endpoint", None), _MARK, None)
        if answer is None:
            continue
        path, dependant = context.path_format, context.dependant
        assert path is not None
        assert dependant is not None
        assert "{" not in path, f"{path}: together takes no parameters"
        permissions = guards_of(dependant).permissions
        assert permissions, f"{path}: together is for routes that require a permission"
        for method in context.methods or ():
            # Routes are tried in order, so the first of a path is the one that answers.
            lanes.setdefault((method, path), _Lane(context, permissions, answer))
    return lanes


def _plain(scope: Scope) -> bool:
    if scope["query_string"]:
        return False
    names = [name for name, _ in scope["headers"]]
    return b"authorization" in names and _NOT_PLAIN.isdisjoint(names)


async def _problem(request: Request, error: Exception) -> Response:
    """Return what the application's handler makes of an error, which may be to raise it."""
    handlers = request.app.exception_handlers
    for kind in type(error).__mro__:
        if kind in handlers:
            response: Response = await handlers[kind](request, error)
            return response
    raise error
