"""Requests and answers that bear a signature: HMAC-SHA256 under a secret that both sides know.

A request signs its method, path, moment, nonce and the digest of its body; an answer signs the
nonce, its status and its digest, so that an old one, or one to something else, is none.
"""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from tongbao_sandbox import clock, problems
from tongbao_sandbox.problems import Problem

WINDOW_SECONDS: Final = 300
SIGNATURE: Final = "X-Signature"
NONCE_LENGTH_MIN: Final = 16
UNSIGNED: Final = Problem(
    "billers.unsigned",
    401,
    "请求未签名或签名错误",
    "The request bears no signature, or a wrong one",
)


def request_mac(
    secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """Return what a request is signed with."""
    return _mac(secret, method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())


def answer_mac(secret: str, *, nonce: str, status: int, body: bytes) -> str:
    """Return what the answer to a request is signed with."""
    return _mac(secret, nonce, str(status), hashlib.sha256(body).hexdigest())


class SignedRoute(APIRoute):
    """A route that answers only signed requests, and signs what it answers, refusals included."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler between two signatures."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            secret: str = request.app.state.billers_secret
            nonce = _checked(request, await request.body(), secret)
            try:
                response = await handler(request)
            except problems.Refused as refused:
                response = refused.problem.response(request)
            body = getattr(response, "body", None)
            if isinstance(body, bytes):
                mac = answer_mac(secret, nonce=nonce, status=response.status_code, body=body)
                response.headers.setdefault(SIGNATURE, mac)
            return response

        return handle


def _checked(request: Request, body: bytes, secret: str) -> str:
    """Return the nonce of a signed request. Raises `Refused`."""
    timestamp = request.headers.get("x-timestamp", "")
    nonce = request.headers.get("x-nonce", "")
    given = request.headers.get(SIGNATURE, "")
    mac = request_mac(
        secret,
        method=request.method,
        path=request.url.path,
        timestamp=timestamp,
        nonce=nonce,
        body=body,
    )
    seconds = clock.now().timestamp()
    fresh = timestamp.isdecimal() and abs(seconds - int(timestamp[:12])) <= WINDOW_SECONDS
    right = hmac.compare_digest(mac.encode(), given.encode())
    if not (fresh and right and len(nonce) >= NONCE_LENGTH_MIN):
        raise problems.Refused(UNSIGNED)
    return nonce


def _mac(secret: str, *parts: str) -> str:
    return hmac.digest(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hex()
