"""A partner's receiver of webhooks on this machine, which answers as a test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers each request with the next of `answers`, then with `otherwise`."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    otherwise: bytes = OK
    seconds: float = 0.0
    drip: bool = False
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines)
            exact = dict(line.split(": ", 1) for line in lines)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.received.append(
                Received(first, {name.lower(): value for name, value in exact.items()}, body)
            )
            await asyncio.sleep(self.seconds)
            said = self.answers.pop(0) if self.answers else self.otherwise
            for i in range(0, len(said), 1 if self.drip else max(1, len(said))):
                writer.write(said[i : i + 1] if self.drip else said)
                await writer.drain()
                await asyncio.sleep(0.02 if self.drip else 0)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
