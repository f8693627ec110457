"""The way of every request, from its first byte to its line in the access log.

Pure ASGI, in one piece, so that the order is the order of the lines below: the request's id, who is
let in (`gate`), what no request may contain (`infra.web.limits`), the few routes that are answered
together (`infra.web.together`), and the framework for all others. It stands outside the framework's
own middlewares, which cost a busy route as much as its work.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import structlog
from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from tongbao.infra import metrics
from tongbao.infra.address import Network, resolve_address
from tongbao.infra.connection import Headers
from tongbao.infra.web.limits import BODY_BYTES_MAX, check, counted
from tongbao.infra.web.observing import record
from tongbao.infra.web.out import Out
from tongbao.infra.web.problems import problem_response, unexpected_response
from tongbao.infra.web.together import TogetherLanes
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id_text

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")

_log = structlog.stdlib.get_logger(__name__)


class Gate(Protocol):
    """Who is let in: limits and overload, as the composition root has them (`infra.flow`)."""

    def guards(self, path: str) -> bool:
        """Tell whether requests to this path pass the gate at all."""

    def enter(self) -> None:
        """Count a request in; raises a `TongbaoError` instead when it is one too many."""

    def leave(self) -> None:
        """Count a request out that was counted in."""

    async def admit(self, scope: Scope) -> None:
        """Judge a request by what is known before it is read; raises a `TongbaoError`."""

    def headers(self, scope: Scope) -> Headers:
        """Return what the answer says of the limits that the request has met."""


class _InFlight:
    """Counts the requests being answered, and says so when the event loop has served who is ready.

    Each word to the metrics is written into a file that all processes share.
    """

    def __init__(self) -> None:
        self._unsaid = 0
        self._saying = False

    def add(self, step: int) -> None:
        """Count one in or out."""
        self._unsaid += step
        if not self._saying:
            self._saying = True
            asyncio.get_running_loop().call_soon(self._say)

    def _say(self) -> None:
        self._saying = False
        if self._unsaid:
            metrics.HTTP_IN_FLIGHT.inc(self._unsaid)
            self._unsaid = 0


class Edge:
    """The outermost piece of an application; also the last net for what nobody handled."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        gate: Gate | None = None,
        larger_bodies: Mapping[str, int] | None = None,
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self.app = app
        self.gate = gate
        self.larger_bodies = larger_bodies or {}
        self.trusted_proxies = trusted_proxies
        self.lanes = TogetherLanes()
        self.in_flight = _InFlight()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = _request_id(scope)
        state["client_address"] = resolve_address(scope, self.trusted_proxies)
        gate = self.gate if self.gate is not None and self.gate.guards(scope["path"]) else None
        out = Out(scope, send, gate.headers if gate is not None else None)
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        self.in_flight.add(1)
        try:
            await self._serve(scope, receive, out, gate)
        except ClientDisconnect:
            pass  # nobody is there to be told
        except Exception as error:
            _log.exception("request_failed", error_type=type(error).__name__)
            if out.begun:
                raise  # half an answer is out; only breaking the connection is honest
            await unexpected_response(scope)(scope, receive, out)
        finally:
            self.in_flight.add(-1)
            record(scope, out.status, time.perf_counter() - started)
            structlog.contextvars.reset_contextvars(**bound)

    async def _serve(self, scope: Scope, receive: Receive, out: Out, gate: Gate | None) -> None:
        bytes_max = self.larger_bodies.get(scope["path"], BODY_BYTES_MAX)
        entered = False
        try:
            if gate is not None:
                gate.enter()
                entered = True
                await gate.admit(scope)
            check(scope, bytes_max)
        except TongbaoError as refusal:
            await problem_response(scope, refusal)(scope, receive, out)
        else:
            await self._route(scope, counted(receive, bytes_max), out)
        finally:
            if gate is not None and entered:
                gate.leave()

    async def _route(self, scope: Scope, receive: Receive, out: Out) -> None:
        lane = self.lanes.find(scope)
        rest: Receive | None = receive
        if lane is not None:
            rest = await lane.serve(scope, receive, out)
        if rest is not None:
            await self.app(scope, rest, out)


def _request_id(scope: Scope) -> str:
    """Return the caller's id if it is one short plain word, else a new UUIDv7."""
    sent: list[bytes] = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0]):
        return sent[0].decode()
    return new_id_text()


def surround(
    app: FastAPI,
    *,
    gate: Gate | None,
    larger_bodies: Mapping[str, int] | None,
    trusted_proxies: Sequence[Network],
) -> None:
    """Put an `Edge` around everything that the framework puts around the routes of `app`."""
    build = app.build_middleware_stack

    def built() -> ASGIApp:
        return Edge(
            build(), gate=gate, larger_bodies=larger_bodies, trusted_proxies=trusted_proxies
        )

    app.build_middleware_stack = built  # type: ignore[method-assign]  # no hook goes further out
