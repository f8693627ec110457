"""A page that listens: reads server-sent events from an application in this process."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

ENOUGH_SECONDS = 60  # only so that a failure is not a standstill


@dataclass(frozen=True)
class Heard:
    """One event."""

    kind: str
    id: int | None
    data: dict[str, Any]


@dataclass
class Page:
    """What an application has answered so far; with `hold` set its bytes are not taken."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    taking: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _text: str = ""
    _heard: "asyncio.Queue[Heard]" = field(default_factory=asyncio.Queue)

    async def begun(self) -> "Page":
        async with asyncio.timeout(ENOUGH_SECONDS):
            await self._begun.wait()
        return self

    async def next(self) -> Heard:
        """Return the next event."""
        async with asyncio.timeout(ENOUGH_SECONDS):
            return await self._heard.get()

    def heard(self) -> list[Heard]:
        """Return the events that have come and were not asked for yet."""
        found = []
        while not self._heard.empty():
            found.append(self._heard.get_nowait())
        return found

    async def ended(self) -> None:
        async with asyncio.timeout(ENOUGH_SECONDS):
            await self.over.wait()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
            self._begun.set()
            return
        await self.taking.wait()
        self._text += message.get("body", b"").decode()
        *whole, self._text = self._text.split("\n\n")
        for each in whole:
            self._read(each)

    def _read(self, block: str) -> None:
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            number = lines.get("id")
            self._heard.put_nowait(
                Heard(
                    lines["event"],
                    None if number is None else int(number),
                    json.loads(lines["data"]),
                )
            )
        else:
            self.comments += 1


@asynccontextmanager
async def listening(
    app: ASGIApp,
    headers: Mapping[str, str],
    *,
    last: str | None = None,
    language: str = "en",
) -> AsyncIterator[Page]:
    """Open the stream as a browser would; the page leaves when the block ends."""
    sent = {**headers, "Accept-Language": language, "Host": "bank"}
    if last is not None:
        sent["Last-Event-ID"] = last
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/notices/stream",
        "raw_path": b"/api/v1/notices/stream",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 40_000),
        "server": ("bank", 80),
    }
    page = Page()
    page.taking.set()
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await page.left.wait()
        return {"type": "http.disconnect"}

    async def serve() -> None:
        try:
            await app(scope, receive, page.take)
        finally:
            page.over.set()

    task = asyncio.create_task(serve())
    try:
        yield await page.begun()
    finally:
        page.left.set()
        page.taking.set()
        with suppress(asyncio.CancelledError):
            async with asyncio.timeout(ENOUGH_SECONDS):
                await task
