"""A connection that speaks HTTP/1.1, held to what a head may weigh and how long it may take.

The server's own protocol limits neither: without this, whoever never ends a head holds a connection
and memory for as long as they like. Bodies are limited further in, by `infra.web`.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

HEAD_BYTES_MAX: Final = 64 * 1024
HEAD_SECONDS_MAX: Final = 30
LINGER_SECONDS: Final = 5
"""How long the rest of a body is still read, and thrown away, when its answer has been sent."""

Headers = Sequence[tuple[bytes, bytes]]
"""Names in small letters, as the protocol's messages have them."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
_OF_CONNECTIONS: Final = frozenset({b"connection", b"transfer-encoding"})


class Connection(HttpToolsProtocol):
    """One connection of a client, or of the proxy in front."""

    _head_bytes = 0
    _head_ended = False
    _in_head = True  # a connection begins by waiting for a head
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._close_in(HEAD_SECONDS_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._forget_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        was_in_head, self._head_ended = self._in_head, False
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        if was_in_head and not self._head_ended:  # else what came began with something else
            self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES_MAX:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._timer is None:
            self._close_in(HEAD_SECONDS_MAX)

    def on_message_begin(self) -> None:
        """Know that a head begins."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Know that a head is whole."""
        self._in_head = False
        self._head_ended = True
        self._forget_timer()
        super().on_headers_complete()
        self.cycle.__class__ = Cycle  # made by the base; it has not begun to run

    def on_response_complete(self) -> None:
        """End what is left of a request that was answered before it was whole."""
        super().on_response_complete()
        if self.cycle.more_body and not self.transport.is_closing():
            self._close_in(LINGER_SECONDS)

    def _close_in(self, seconds: float) -> None:
        self._forget_timer()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Cycle(RequestResponseCycle):
    """A request and its answer, which goes out in one piece where it is whole.

    The server's own way looks at each name and value by regular expressions and writes head and
    body one after the other: a tenth of what a short request costs. An answer that does not say how
    long it is, or speaks of the connection, still takes it.
    """

    _head: bytes | None = None
    """What waits for the body's first bytes."""

    async def send(self, message: Message) -> None:  # type: ignore[override]
        """Send one message of the protocol."""
        head = self._head
        if head is None:
            if self.response_started or self.disconnected or self.flow.write_paused:
                await super().send(message)  # type: ignore[arg-type]
                return
            head = self._plain_head(message)
            if head is None:
                await super().send(message)  # type: ignore[arg-type]
                return
            self.response_started = True
            self.waiting_for_100_continue = False
            self.chunked_encoding = False
            self._head = head
            return
        self._head = None
        body = message.get("body", b"")
        if self._is_whole(message, body):
            self.transport.write(head + body)
            self._end()
        else:
            self.transport.write(head)
            await super().send(message)  # type: ignore[arg-type]

    def take_body(self) -> bytes | None:
        """Return the body if all of it is here: it need not be received then. Else None."""
        if self.more_body or self.disconnected or self.response_complete:
            return None
        body, self.body = bytes(self.body), bytearray()
        self.message_event.clear()  # what is received next is that the client has left
        self.flow.resume_reading()
        return body

    def send_whole(self, status: int, headers: Headers, ready: bytes, body: bytes) -> bool:
        """Send an answer at once, with lines of its head that are ready made.

        False says that nothing was sent and `send` must do it. `headers` say neither how long the
        body is nor anything of the connection.
        """
        if (
            self.response_started
            or self.disconnected
            or self.flow.write_paused
            or not self.keep_alive
            or self.scope["method"] == "HEAD"
        ):
            return False
        lines = [b"%b: %b\r\n" % line for line in (*self.default_headers, *headers)]
        head = b"".join(lines)
        if not _has_lines(head, len(lines)):
            return False
        length = b"content-length: %d\r\n\r\n" % len(body)
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = False
        self.transport.write(b"".join((STATUS_LINE[status], head, ready, length, body)))
        self._end()
        return True

    def _end(self) -> None:
        self.response_complete = True
        self.message_event.set()
        self.on_response()

    def _is_whole(self, message: Message, body: bytes) -> bool:
        return (
            message["type"] == "http.response.body"
            and not message.get("more_body", False)
            and len(body) == self.expected_content_length
            and self.scope["method"] != "HEAD"
            and not self.disconnected
        )

    def _plain_head(self, message: Message) -> bytes | None:
        """Return the bytes of a head that says how long the body is, and nothing of connections."""
        if message["type"] != "http.response.start" or not self.keep_alive:
            return None
        headers = [*self.default_headers, *message.get("headers", ())]
        parts = [STATUS_LINE[message["status"]]]
        length = None
        for name, value in headers:
            if name == b"content-length":
                length = value
            elif name in _OF_CONNECTIONS:
                return None
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n")
        head = b"".join(parts)
        if length is None or not _has_lines(head, len(headers) + 2):
            return None  # the base says what is the matter
        self.expected_content_length = int(length)
        return head


def cycle_of(send: Send) -> Cycle | None:
    """Return the request that `send` answers, if it is our server's own and nobody's wrapper."""
    cycle = getattr(send, "__self__", None)
    return cycle if isinstance(cycle, Cycle) else None


def _has_lines(head: bytes, count: int) -> bool:
    """Tell whether a head has so many lines and not more: values must not make any."""
    return head.count(b"\n") == head.count(b"\r") == count and b"\0" not in head
