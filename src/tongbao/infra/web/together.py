"""A short way for the few routes that thousands wait for.

A transaction per request and the framework's own way to a route cost several times what booking
one row does. A plain request to a route marked `together` therefore passes both by: its actor is
found together with those of other requests, and the route's `answer` serves it together with
others. What it may not cost is difference: limits, request id, log, metrics, guards, strict JSON
and problems are those of every route, and whatever is not plain takes the usual way.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import Message, Receive, Scope

from tongbao.infra import auth, idempotency
from tongbao.infra.connection import Headers
from tongbao.infra.guards import guards_of
from tongbao.infra.standing import Bearers, Claim, Lapsed
from tongbao.infra.together import authenticate_together
from tongbao.infra.web import strict_json
from tongbao.infra.web.body import parse_document, read_bytes
from tongbao.infra.web.idempotency_key import key_of
from tongbao.infra.web.out import Out
from tongbao.infra.web.trail import note_failure
from tongbao.kernel.clock import now


class Once(NamedTuple):
    """The key of a request, and what makes another one the same."""

    scope: idempotency.Scope
    request_hash: bytes


class Asked(NamedTuple):
    """A plain request with a permitted actor: what it says, and when it came.

    `once` is its Idempotency-Key, on a route that insists on one. With a `claim` the actor is
    remembered, and nothing may be done or told before the database was asked about it.
    """

    request: Request
    document: object
    at: datetime
    once: Once | None = None
    claim: Claim | None = None


class Answer(NamedTuple):
    """What is sent back, durable already."""

    status: int
    headers: Headers
    body: bytes


Answerer = Callable[[Asked], Awaitable[Answer | None]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_MARK: Final = "answer_together"
# A cookie may be a session, and a key asks for its answer to be stored.
_KEY: Final = b"idempotency-key"
_COOKIE: Final = b"cookie"


@dataclass(frozen=True, slots=True)
class _Mark:
    """What `together` was told of a route."""

    answer: Answerer
    keyed: bool
    asks: bool


def together(
    answer: Answerer, *, keyed: bool = False, asks: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Let plain requests to a route be answered together with others that come at the same time.

    Plain is a bearer token, no Idempotency-Key, no cookie, no query, and no header twice. The actor
    is found and the permissions that the route requires are checked as ever. `answer` returns what
    the route's function would, made durable already, or None for a document that is not valid: then
    the route itself says what is wrong.

    On a `keyed` route plain requests have an Idempotency-Key, and `answer` keeps what it answers in
    the transaction of the work (`idempotency.begin_many`, `keeping`): what is not new under its
    key, it leaves to the route by returning None.

    An `answer` that `asks` about claims saves its callers the look-up, where the application says
    how to ask (`app.state.still_stand`): it also serves remembered actors (`infra.standing`), by a
    statement that asks about their claims first, and raises `Lapsed` when one does not hold.

    Write this under the decorator that makes the route, whose path has no parameters. Only an
    application with `app.state.authenticate_many` (`infra.auth`) answers together.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MARK, _Mark(answer, keyed=keyed, asks=asks))
        return endpoint

    return mark


class _Sent(NamedTuple):
    """A plain request as it came."""

    request: Request
    token: str
    content_type: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Lane:
    """What the short way needs to know of a route."""

    route: RouteContext
    permissions: tuple[auth.Require, ...]
    answer: Answerer
    keyed: bool
    bearers: Bearers | None
    """Who was here before; None where everybody is looked up each time."""

    async def serve(self, scope: Scope, receive: Receive, out: Out) -> Receive | None:
        """Answer, or return what the route that is to answer instead receives."""
        scope["route"] = self.route  # for the log and the metrics
        request = Request(scope, receive)
        at = now()
        body = b""
        try:
            headers = dict(scope["headers"])
            token = auth.read_bearer(headers[b"authorization"].decode("latin-1"))
            # Not before: 401 needs no byte of it. How long it may be was checked if it says it.
            here = out.take_body() if b"content-length" in headers else None
            body = await read_bytes(scope, receive) if here is None else here
            content_type = headers.get(b"content-type", b"").decode("latin-1")
            answer = await self._answer(_Sent(request, token, content_type, body, at))
        except Exception as error:  # noqa: BLE001 - raised again unless it has a handler
            await note_failure(request, error, at, reads=False)
            problem = await _problem(request, error)
            await problem(scope, receive, out)
            return None
        if answer is None:
            del scope["route"]
            return _Replay(body, receive)
        await out.whole(answer.status, answer.headers, answer.body)
        return None

    async def _answer(self, sent: _Sent) -> Answer | None:
        """Answer whoever shows the token: by memory, if that will do, or looked up."""
        scope = sent.request.scope
        if self.bearers is None:
            actor = await authenticate_together(scope, sent.token, sent.at)
            return await self.answer(self._asked(sent, actor))
        token_sha256 = auth.token_hash(sent.token)
        known = self.bearers.recall(token_sha256)
        if known is not None:
            asked = self._asked_by_known(sent, known, token_sha256)
            if asked is not None:
                with suppress(Lapsed):
                    return await self.answer(asked)
            self.bearers.forget(token_sha256)
            scope["state"].pop("actor", None)
        actor = await authenticate_together(scope, sent.token, sent.at)
        self.bearers.note(token_sha256, actor)
        return await self.answer(self._asked(sent, actor))

    def _asked_by_known(self, sent: _Sent, known: auth.Actor, token_sha256: bytes) -> Asked | None:
        """Return what a remembered actor asks for; None if anything is the matter with it.

        Whoever is to be told what it is must be looked up first.
        """
        assert known.standing is not None
        try:
            asked = self._asked(sent, known)
        except Exception:  # noqa: BLE001 - it comes again, after the look-up
            return None
        return asked._replace(claim=Claim(token_sha256, known.standing))

    def _asked(self, sent: _Sent, actor: auth.Actor) -> Asked:
        """Return what an actor asks for; raises whatever is the matter with it."""
        auth.remember(sent.request.scope, actor)
        for each in self.permissions:
            each.check(actor)
        key = key_of(sent.request, required=True) if self.keyed else None
        document = parse_document(sent.body, sent.content_type)
        once = None if key is None else self._once(actor.id, key, document)
        return Asked(sent.request, document, sent.at, once)

    def _once(self, actor_id: UUID, key: str, document: object) -> Once:
        path = self.route.path_format
        assert path is not None
        return Once(
            idempotency.Scope(actor_id=actor_id, method="POST", route=path, key=key),
            idempotency.request_hash(
                method="POST", path=path, query=b"", body=strict_json.canonical(document)
            ),
        )


class TogetherLanes:
    """The lanes of an application."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], Lane] | None = None

    def find(self, scope: Scope) -> Lane | None:
        """Return the lane that a request may take; None for the usual way."""
        if self._lanes is None:  # the routes are all there when the first request comes
            self._lanes = lanes_of(scope["app"])
        lane = self._lanes.get((scope["method"], scope["path"]))
        return lane if lane is not None and _plain(scope, keyed=lane.keyed) else None


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


def lanes_of(app: FastAPI) -> dict[tuple[str, str], Lane]:
    """Return what is answered together, by method and path; a route wrongly marked is a defect."""
    if not hasattr(app.state, "authenticate_many"):
        return {}
    lanes: dict[tuple[str, str], Lane] = {}
    for context in iter_route_contexts(app.routes):
        marked: _Mark | None = getattr(getattr(context, "endpoint", None), _MARK, None)
        if marked is None:
            continue
        path, dependant = context.path_format, context.dependant
        assert path is not None
        assert dependant is not None
        assert "{" not in path, f"{path}: together takes no parameters"
        permissions = guards_of(dependant).permissions
        assert permissions, f"{path}: together is for routes that require a permission"
        bearers = Bearers() if marked.asks and hasattr(app.state, "still_stand") else None
        for method in context.methods or ():
            # Routes are tried in order, so the first of a path is the one that answers.
            assert method == "POST" or not marked.keyed, "what has a key is sent by POST"
            lane = Lane(context, permissions, marked.answer, marked.keyed, bearers)
            lanes.setdefault((method, path), lane)
    return lanes


def _plain(scope: Scope, *, keyed: bool) -> bool:
    if scope["query_string"]:
        return False
    names = [name for name, _ in scope["headers"]]
    different = set(names)
    return (
        len(different) == len(names)
        and b"authorization" in different
        and _COOKIE not in different
        and (_KEY in different) == keyed
    )


async def _problem(request: Request, error: Exception) -> Response:
    """Return what the application's handler makes of an error, which may be to raise it."""
    handlers = request.app.exception_handlers
    for kind in type(error).__mro__:
        if kind in handlers:
            response: Response = await handlers[kind](request, error)
            return response
    raise error
