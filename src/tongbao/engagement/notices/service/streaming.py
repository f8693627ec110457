"""Streams of open pages: what each has missed is read once for all of them, and handed out.

A stream is a person and the number of the last event they have. Being behind after a cut and being
behind because something has just happened are the same thing, so one query serves both: it runs
when the consumer notifies, and every second in case a notification got lost. An idle stream costs
an entry in a dictionary; the process has one connection that listens while anybody is there.
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter as Meter
from prometheus_client import Gauge

from tongbao.core.identity import service as identity
from tongbao.engagement.notices.domain.errors import StreamsFull, TooManyStreams
from tongbao.engagement.notices.service import feed, inbox
from tongbao.infra.db import Database
from tongbao.infra.driver import standalone
from tongbao.kernel.clock import now
from tongbao.kernel.text import Language

STREAMS_MAX: Final = 2_000  # of a process
STREAMS_PER_USER_MAX: Final = 6  # in a process
PENDING_MAX: Final = 100  # events a stream may have waiting to be sent
POLL_SECONDS: Final = 1.0
ROUND_SECONDS_MIN: Final = 0.05
CHECK_SECONDS: Final = 2.0  # how late an ended session is noticed
SEND_SECONDS_MAX: Final = 10.0  # a reader that takes no bytes for so long is cut off
LISTEN_SECONDS: Final = 30.0

OPEN: Final = Gauge(
    "tongbao_notices_streams_open", "Streams of open pages", multiprocess_mode="livesum"
)
ENDED: Final = Meter("tongbao_notices_streams_ended", "Streams that ended, by why", ["why"])

logger = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


class Why(StrEnum):
    """Why a stream ended."""

    LEFT = "left"  # the reader closed it
    SESSION_ENDED = "session_ended"
    TIME_OVER = "time_over"
    TOO_SLOW = "too_slow"
    CLOSING = "closing"  # the process stops


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: whose, on which session, and how far it has been told.

    `after` is None until it is known from where on; until then nothing is handed to it.
    """

    number: int
    user_id: UUID
    session_id: UUID
    language: Language
    after: int | None = None
    pending: deque[bytes] = field(default_factory=deque)
    ended: Why | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, frame: bytes) -> None:
        """Add what is to be sent next."""
        self.pending.append(frame)
        self._news.set()

    def end(self, why: Why) -> None:
        """End the stream, unless it has ended; what is pending is still sent."""
        if self.ended is None:
            self.ended = why
        self._news.set()

    def take(self) -> bytes:
        """Return everything that waits to be sent."""
        self._news.clear()
        frames = b"".join(self.pending)
        self.pending.clear()
        return frames

    async def news(self, seconds: float) -> None:
        """Wait until there is something to send or the stream has ended, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()


class Streams:
    """The open streams of one process.

    `lifetime_seconds` is after how long a stream ends and the page connects anew; with 0 one gets
    what there is. `at_stop` is given, with the first stream, what is to be called when the process
    is told to stop: a server would wait for the streams first.
    """

    def __init__(
        self,
        *,
        lifetime_seconds: float,
        streams_max: int = STREAMS_MAX,
        per_user_max: int = STREAMS_PER_USER_MAX,
        poll_seconds: float = POLL_SECONDS,
        check_seconds: float = CHECK_SECONDS,
        send_seconds_max: float = SEND_SECONDS_MAX,
        clock: Clock = now,
    ) -> None:
        self.lifetime_seconds = lifetime_seconds
        self.streams_max = streams_max
        self.per_user_max = per_user_max
        self.poll_seconds = poll_seconds
        self.check_seconds = check_seconds
        self.send_seconds_max = send_seconds_max
        self.clock = clock
        self.at_stop: Callable[[Callable[[], None]], None] | None = None
        self._open: dict[int, Stream] = {}
        self._of_user: Counter[UUID] = Counter()
        self._numbers = count(1)
        self._wake = asyncio.Event()
        self._work: list[asyncio.Task[None]] = []
        self._closed = False
        self._seen_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._open)

    def check_room(self, user_id: UUID) -> None:
        """Raise `TooManyStreams` or `StreamsFull` if there is no room for another stream."""
        if self._of_user[user_id] >= self.per_user_max:
            raise TooManyStreams(streams_max=self.per_user_max)
        if self._closed or len(self._open) >= self.streams_max:
            raise StreamsFull

    @asynccontextmanager
    async def opened(
        self,
        database: Database,
        *,
        user_id: UUID,
        session_id: UUID,
        language: Language,
    ) -> AsyncIterator[Stream]:
        """Keep a stream supplied while the block runs, which first begins it.

        Raises like `check_room`.
        """
        self.check_room(user_id)
        stream = Stream(next(self._numbers), user_id, session_id, language)
        self._open[stream.number] = stream
        self._of_user[user_id] += 1
        OPEN.inc()
        self._start(database)
        try:
            yield stream
        finally:
            del self._open[stream.number]
            self._of_user[user_id] -= 1
            if not self._of_user[user_id]:
                del self._of_user[user_id]
            OPEN.dec()
            ENDED.labels((stream.ended or Why.LEFT).value).inc()
            if not self._open:
                self._stop()

    async def take_up(
        self, database: Database, stream: Stream, *, resume: int | None, at: datetime
    ) -> None:
        """Have a stream told what it has missed since event `resume`, and go on from there.

        One that begins anew is told the number to go on from, and what is unread.
        """
        async with database.write() as tx:
            last = await feed.watch(tx, user_id=stream.user_id, at=at)
            if resume is None:
                number = await inbox.unread(tx, user_id=stream.user_id)
                stream.put(frame("ready", {"unread": number}, number=last))
        stream.after = last if resume is None else resume
        self._wake.set()
        await self.supply(database, [stream])

    async def close(self) -> None:
        """End every stream, let no other one in, and stop working for them."""
        self.end_all()
        await asyncio.gather(*self._stop(), return_exceptions=True)

    def end_all(self) -> None:
        """End every stream and let no other one in."""
        self._closed = True
        for each in self._open.values():
            each.end(Why.CLOSING)

    def _start(self, database: Database) -> None:
        if self.at_stop is not None:
            self.at_stop(self.end_all)
            self.at_stop = None  # once
        if not self._work:
            self._work = [
                asyncio.create_task(self._supply(database)),
                asyncio.create_task(self._listen(database)),
                asyncio.create_task(self._check(database)),
            ]

    def _stop(self) -> list[asyncio.Task[None]]:
        work, self._work = self._work, []
        for task in work:
            task.cancel()
        return work

    async def _supply(self, database: Database) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll_seconds):
                    await self._wake.wait()
            self._wake.clear()
            try:
                if await self.supply(database, list(self._open.values())):
                    self._wake.set()
            except Exception as error:
                logger.warning("feed cannot be read", exc_info=error)
            await asyncio.sleep(ROUND_SECONDS_MIN)

    async def supply(self, database: Database, streams: Sequence[Stream]) -> bool:
        """Give streams that have room what they have missed; return whether one may miss more."""
        wanted = [
            (each.number, each.user_id, each.after)
            for each in streams
            if each.after is not None
            and each.ended is None
            and len(each.pending) + feed.PAGE <= PENDING_MAX
        ]
        if not wanted:
            return False
        async with database.read() as tx:
            found = await feed.missed(tx, wanted)
        more = False
        for number, _, after in wanted:
            stream, missed = self._open.get(number), found.get(number)
            # Somebody else may have supplied it meanwhile: then this is what it has already.
            if stream is None or missed is None or stream.after != after:
                continue
            for each in frames(missed, stream.language):
                stream.put(each)
            stream.after = missed.upto
            more = more or len(missed.events) == feed.PAGE
        return more

    async def _check(self, database: Database) -> None:
        while True:
            await asyncio.sleep(self.check_seconds)
            try:
                await self.check(database)
            except Exception as error:
                logger.warning("streams cannot be checked", exc_info=error)

    async def check(self, database: Database) -> None:
        """End the streams whose session or token is over; note that the others are there."""
        at, streams = self.clock(), list(self._open.values())
        async with database.read() as tx:
            standing = await identity.standing_among(
                tx, session_ids={each.session_id for each in streams}, at=at
            )
        for each in streams:
            if each.session_id not in standing:
                each.end(Why.SESSION_ENDED)
        if self._seen_at is None or at - self._seen_at >= feed.SEEN_EVERY:
            async with database.write() as tx:
                await feed.seen(tx, user_ids={each.user_id for each in streams}, at=at)
            self._seen_at = at

    async def _listen(self, database: Database) -> None:
        """Look at once when the consumer notifies; without it the next poll sees the same."""
        while True:
            try:
                async with standalone(database.engine) as connection:
                    await connection.execute(f"LISTEN {feed.CHANNEL}")
                    self._wake.set()
                    while True:
                        async for _ in connection.notifies(timeout=LISTEN_SECONDS):
                            self._wake.set()
                        await connection.execute("SELECT 1")  # notice a dead connection
            except Exception as error:
                logger.warning("streams cannot listen", exc_info=error)
            await asyncio.sleep(self.poll_seconds)


def frames(missed: feed.Missed, language: Language) -> list[bytes]:
    """Return what is sent of what somebody has missed."""
    if missed.reset:
        return [frame("reset", {}, number=missed.upto)]
    return [
        frame(each.kind, each.data, number=each.seq, language=language) for each in missed.events
    ]


def frame(
    kind: str, data: dict[str, Any], *, number: int | None = None, language: Language = "en"
) -> bytes:
    """Return one event in the words of the protocol (HTML, 9.2.6); JSON has no line breaks."""
    words = {name: text[language] for name, text in data.get("words", {}).items()}
    plain = {name: value for name, value in data.items() if name != "words"} | words
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {kind}\ndata: {text}\n\n".encode()
