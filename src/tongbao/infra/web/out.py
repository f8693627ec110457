"""The answer on its way out: what every answer has, and whether it has begun."""

from collections.abc import Callable
from typing import Final

from starlette.types import Message, Scope, Send

from tongbao.infra.connection import Headers, cycle_of

REQUEST_ID_HEADER: Final = "X-Request-Id"
CLIENT_LEFT: Final = 499  # nginx's number for a caller who did not wait for the answer

SECURITY_HEADERS: Final = {
    # data: is for the small pictures inside the API reference's style sheet.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # The camera photographs documents and codes, on our own pages and only when asked for.
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TRANSPORT_SECURITY: Final = "max-age=31536000; includeSubDomains"

_ID_HEADER: Final = REQUEST_ID_HEADER.lower().encode()
_SECURITY: Final = [
    (name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
]
_OURS: Final = frozenset(name for name, _ in _SECURITY) | {_ID_HEADER}
_SECURITY_LINES: Final = b"".join([b"%b: %b\r\n" % line for line in _SECURITY])
_NOT_PLAIN: Final = _OURS | {b"content-length", b"connection", b"transfer-encoding"}
_TRANSPORT: Final = (b"strict-transport-security", TRANSPORT_SECURITY.encode())


class Out:
    """Sends an answer, with the headers that every answer has."""

    __slots__ = ("_cycle", "_scope", "_send", "_tell", "begun", "status")

    def __init__(self, scope: Scope, send: Send, tell: Callable[[Scope], Headers] | None) -> None:
        self._scope = scope
        self._send = send
        self._tell = tell
        self._cycle = cycle_of(send)
        self.begun = False
        self.status = CLIENT_LEFT

    async def __call__(self, message: Message) -> None:
        """Send one message of the protocol."""
        if message["type"] == "http.response.start":
            self.begun = True
            self.status = message["status"]
            message["headers"] = self._dressed(message.get("headers", ()))
        await self._send(message)

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer that is whole already."""
        if self._at_once(status, headers, body):
            return
        length = (b"content-length", b"%d" % len(body))
        start = {"type": "http.response.start", "status": status, "headers": [*headers, length]}
        await self(start)
        await self({"type": "http.response.body", "body": body})

    def take_body(self) -> bytes | None:
        """Return the body if all of it is here, where it was said how long it is; else None."""
        return None if self._cycle is None else self._cycle.take_body()

    def _at_once(self, status: int, headers: Headers, body: bytes) -> bool:
        """Send an answer in one piece, if our own server can; tell whether it is sent."""
        scope = self._scope
        if self._cycle is None or scope["scheme"] != "http":
            return False
        if not _NOT_PLAIN.isdisjoint([name for name, _ in headers]):
            return False
        lines = [*headers, (_ID_HEADER, scope["state"]["request_id"].encode())]
        if self._tell is not None:
            lines += self._tell(scope)
        if not self._cycle.send_whole(status, lines, _SECURITY_LINES, body):
            return False
        self.begun = True
        self.status = status
        return True

    def _dressed(self, own: Headers) -> Headers:
        """Return an answer's own headers, its request's id, and what it has not itself."""
        scope = self._scope
        headers = list(own)
        if _OURS.isdisjoint([name.lower() for name, _ in headers]):  # nearly always
            headers += _SECURITY
        else:
            headers = [pair for pair in headers if pair[0].lower() != _ID_HEADER]
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in _SECURITY if pair[0] not in present]
        headers.append((_ID_HEADER, scope["state"]["request_id"].encode()))
        if scope["scheme"] == "https" and all(name != _TRANSPORT[0] for name, _ in headers):
            headers.append(_TRANSPORT)
        if self._tell is not None:
            headers += self._tell(scope)
        return headers
