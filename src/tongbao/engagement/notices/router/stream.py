"""`/api/v1/notices/stream`: server-sent events for a page that is open."""

import asyncio
import re
import time
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header, Request, Response, status
from starlette.types import Receive, Scope, Send

from tongbao.engagement.notices.domain import BadEventId, UsersOnly
from tongbao.engagement.notices.service.streaming import Stream, Streams, Why, frame
from tongbao.infra.auth import CurrentActor
from tongbao.infra.db import Database
from tongbao.infra.web import Instant, RequestLanguage, router
from tongbao.kernel.text import Language

HEARTBEAT_SECONDS: Final = 15.0
LAST_EVENT_ID_LENGTH_MAX: Final = 100
RETRY: Final = b"retry: 3000\n\n"  # milliseconds until a browser connects again
HEARTBEAT: Final = b": \n\n"
MEDIA_TYPE: Final = "text/event-stream"
# One event of the stream: before OpenAPI 3.2 that is what the schema of such a stream describes.
EVENT: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "A JSON object",
        },
    },
    "required": ["id", "event", "data"],
}
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_SILENT: Final = frozenset({Why.LEFT, Why.TOO_SLOW})

EXAMPLE: Final = (
    'retry: 3000\n\nid: 41\nevent: ready\ndata: {"unread":2}\n\n'
    'id: 42\nevent: balance\ndata: {"account_id":"0197c0de-0000-7000-8000-000000000001",'
    '"booked":{"amount":"1250.00","currency":"CNY"},'
    '"available":{"amount":"1250.00","currency":"CNY"}}\n\n'
    'id: 43\nevent: payment\ndata: {"id":"0197c0de-0000-7000-8000-000000000002",'
    '"status":"settled"}\n\n'
    'id: 44\nevent: notice\ndata: {"id":"0197c0de-0000-7000-8000-000000000003",'
    '"code":"payments.sent","category":"payments","critical":false,'
    '"link":"/payments/0197c0de-0000-7000-8000-000000000002","unread":3,'
    '"title":"Paid ¥250.00"}\n\n: \n\n'
)

api = router(prefix="/api/v1/notices", tags=["notices"])


class EventStream(Response):
    """An answer that goes on until the reader leaves, or must.

    It begins when the request's transaction is over, and holds no connection to the database.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        request: Request,
        *,
        user_id: UUID,
        session_id: UUID,
        language: Language,
        resume: int | None,
        at: datetime,
    ) -> None:
        headers = {"X-Accel-Buffering": "no", "Content-Language": language}
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._database: Database = request.app.state.database
        self._streams: Streams = request.app.state.streams
        self._aside = request.app.state.aside
        self._user_id, self._session_id = user_id, session_id
        self._language: Language = language
        self._resume, self._at = resume, at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what was missed, and then what happens. Raises `TooManyStreams`, `StreamsFull`."""
        async with self._streams.opened(
            self._database,
            user_id=self._user_id,
            session_id=self._session_id,
            language=self._language,
        ) as stream:
            stream.put(RETRY)
            await self._streams.take_up(self._database, stream, resume=self._resume, at=self._at)
            scope["state"]["streamed"] = True
            with self._aside():
                leaving = asyncio.create_task(_leaves(stream, receive))
                try:
                    await self._send_all(stream, send)
                finally:
                    leaving.cancel()
                    with suppress(asyncio.CancelledError):
                        await leaving

    async def _send_all(self, stream: Stream, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        until = time.monotonic() + self._streams.lifetime_seconds
        while stream.ended is None:
            await self._send(stream, send, stream.take() or HEARTBEAT)
            left = until - time.monotonic()
            if left <= 0:
                stream.end(Why.TIME_OVER)
            else:
                await stream.news(min(HEARTBEAT_SECONDS, left))
        if stream.ended not in _SILENT:
            last = stream.take() + frame("end", {"why": stream.ended.value})
            await self._send(stream, send, last, more=False)

    async def _send(self, stream: Stream, send: Send, frames: bytes, *, more: bool = True) -> None:
        message = {"type": "http.response.body", "body": frames, "more_body": more}
        try:
            async with asyncio.timeout(self._streams.send_seconds_max):
                await send(message)
        except TimeoutError:
            stream.end(Why.TOO_SLOW)


async def _leaves(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end(Why.LEFT)


@api.get(
    "/stream",
    summary="Follow what happens",
    status_code=status.HTTP_200_OK,
    response_class=EventStream,
    responses={
        200: {
            "description": "Server-sent events, as long as the page is open",
            "content": {MEDIA_TYPE: {"schema": EVENT, "example": EXAMPLE}},
        }
    },
)
async def follow(
    request: Request,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    last_event_id: Annotated[
        str | None,
        Header(
            description="The last event one has: browsers send it when they connect again",
            max_length=LAST_EVENT_ID_LENGTH_MAX,
            examples=["42"],
        ),
    ] = None,
) -> EventStream:
    """Return the caller's events as they happen (`text/event-stream`, HTML 9.2).

    `balance` (account, booked, available), `payment`, `application` and `case` (id, status),
    `notice` (id, title, unread). The first connection begins with `ready`. With `Last-Event-ID` it
    begins with exactly what was missed; if that is no longer known, with `reset`: read everything
    anew. Numbers are the caller's own, and count up by one. `end` says why the server ends it:
    `session_ended`, or `time_over` and `closing`, after which one connects again.

    Problems: `auth.unauthenticated`, `notices.bad_event_id`, `notices.users_only`,
    `notices.too_many_streams`, `notices.streams_full`.
    """
    if actor.session_id is None:
        raise UsersOnly
    request.state.upkeep = False  # a page left open is nobody at work: its session goes idle
    if last_event_id is not None and not _NUMBER.fullmatch(last_event_id):
        raise BadEventId
    return EventStream(
        request,
        user_id=actor.id,
        session_id=actor.session_id,
        language=language,
        resume=None if last_event_id is None else int(last_event_id),
        at=at,
    )
