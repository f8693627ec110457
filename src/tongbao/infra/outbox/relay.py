"""Handing events to consumers, until told to stop."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from tongbao.infra.db import Database
from tongbao.infra.driver import database_away, standalone
from tongbao.infra.outbox import measures, parking, reading
from tongbao.infra.outbox.consumer import Consumer
from tongbao.infra.outbox.reading import StoredEvent
from tongbao.infra.outbox.writing import CHANNEL
from tongbao.kernel.clock import now

POLL_SECONDS: Final = 1.0
POLL_SECONDS_MIN: Final = 0.05
BATCH_SECONDS_MAX: Final = 2.0  # a batch is cut short here, so that its locks are not held long
HANDLER_SECONDS_MAX: Final = 30.0
LAG_SECONDS: Final = 15.0
LISTEN_SECONDS: Final = 30.0

logger = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


class Reader:
    """Moves one consumer along the log."""

    def __init__(self, database: Database, consumer: Consumer, *, clock: Clock = now) -> None:
        self.database = database
        self.consumer = consumer
        self.clock = clock
        self._subscription = consumer.subscription()
        self._one_by_one = 0  # events still to be taken alone, after a batch failed

    async def advance(self, *, up_to: int, stop: asyncio.Event) -> bool:
        """Handle the next events up to number `up_to`; return whether to go on at once.

        False when nothing is left, when the next event failed and has to wait, or when another
        relay is at it. Raises what keeps it from working at all (the database is away).
        """
        at = self.clock()
        current: StoredEvent | None = None
        limit = 1 if self._one_by_one else self.consumer.batch_max
        began = time.monotonic()
        passed = handled = 0
        try:
            async with self.database.write() as tx:
                place = await reading.take(tx, self.consumer.name, up_to=up_to, at=at)
                if place is None:
                    return False
                limit = 1 if place.failures else limit
                after = place.seq
                for seq, current in await reading.read(
                    tx, list(self._subscription), after=after, up_to=up_to, limit=limit
                ):
                    if current is not None:
                        async with asyncio.timeout(HANDLER_SECONDS_MAX):
                            await reading.handle(tx, self._subscription, current, at=at)
                        handled += 1
                    after, passed = seq, passed + 1
                    if stop.is_set() or time.monotonic() - began > BATCH_SECONDS_MAX:
                        break
                await reading.move(tx, self.consumer.name, to=after)
        except Exception as error:
            if current is None or database_away(error):
                raise
            return await self._failed(current, error, limit=limit, at=at)
        self._one_by_one = max(0, self._one_by_one - passed)
        measures.HANDLED.labels(self.consumer.name).inc(handled)
        return True

    async def _failed(
        self, stored: StoredEvent, error: Exception, *, limit: int, at: datetime
    ) -> bool:
        if limit > 1:
            # Some event of the batch failed and all were undone. Alone, each is judged by itself.
            self._one_by_one = limit
            return True
        return await parking.record_failure(self.database, self.consumer, stored, error, at=at)


class Relay:
    """Reads the log for several consumers.

    Any number of relays may run, in as many processes: each consumer is served by one at a time,
    and another takes over when that one dies. `poll_seconds` bounds how late an event is seen when
    no notification arrives.
    """

    def __init__(
        self,
        database: Database,
        consumers: Sequence[Consumer],
        *,
        clock: Clock = now,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        names = [consumer.name for consumer in consumers]
        if len(set(names)) != len(names):
            msg = f"two consumers have the same name: {sorted(names)}"
            raise ValueError(msg)
        self.database = database
        self.clock = clock
        self.poll_seconds = poll_seconds
        self._readers = [Reader(database, consumer, clock=clock) for consumer in consumers]
        self._head = 0  # the log is settled up to here
        self._look = asyncio.Event()
        self._go = [asyncio.Event() for _ in consumers]

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver events until `stop` is set; the transaction under way is finished first."""
        if not self._readers:
            await stop.wait()
            return
        await self._register(stop)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen())
            measuring = group.create_task(self._measure())
            group.create_task(self._watch(stop))
            for reader, go in zip(self._readers, self._go, strict=True):
                group.create_task(self._follow(reader, go, stop))
            await stop.wait()
            for event in (self._look, *self._go):
                event.set()
            listening.cancel()
            measuring.cancel()

    async def drain(self) -> None:
        """Deliver what is settled now, once; failed events are left to their next attempt."""
        stop = asyncio.Event()
        await self._register(stop)
        async with self.database.read() as tx:
            head = await reading.settled(tx)
        for reader in self._readers:
            while await reader.advance(up_to=head, stop=stop):
                pass

    async def _register(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with self.database.write() as tx:
                    for reader in self._readers:
                        await reading.register(tx, reader.consumer)
            except Exception as error:
                if not database_away(error):
                    raise
                logger.warning("outbox cannot reach the database", exc_info=error)
                await _pause(stop, self.poll_seconds)
            else:
                return

    async def _watch(self, stop: asyncio.Event) -> None:
        """Follow the end of the log and send the readers off when it has moved."""
        seconds = POLL_SECONDS_MIN
        while not stop.is_set():
            self._look.clear()
            try:
                async with self.database.read() as tx:
                    head = await reading.settled(tx)
            except Exception as error:
                logger.warning("outbox cannot be read", exc_info=error)
            else:
                if head > self._head:
                    self._head = head
                    seconds = POLL_SECONDS_MIN
                    for go in self._go:
                        go.set()
            woken = await _pause(self._look, seconds)
            seconds = POLL_SECONDS_MIN if woken else min(2 * seconds, self.poll_seconds)

    async def _follow(self, reader: Reader, go: asyncio.Event, stop: asyncio.Event) -> None:
        while not stop.is_set():
            go.clear()
            try:
                more = await reader.advance(up_to=self._head, stop=stop)
            except Exception as error:
                logger.warning(
                    "outbox consumer stopped short",
                    consumer=reader.consumer.name,
                    exc_info=error,
                )
                more = False
            if not more:
                await _pause(go, self.poll_seconds)

    async def _listen(self) -> None:
        """Look at the log whenever somebody notifies; without it polling does the same, later."""
        while True:
            try:
                async with standalone(self.database.engine) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._look.set()
                    while True:
                        async for _ in connection.notifies(timeout=LISTEN_SECONDS):
                            self._look.set()
                        await connection.execute("SELECT 1")  # notice a dead connection
            except Exception as error:
                logger.warning("outbox cannot listen", exc_info=error)
            await asyncio.sleep(self.poll_seconds)

    async def _measure(self) -> None:
        while True:
            try:
                async with self.database.read() as tx:
                    measures.show(await measures.lag(tx, at=self.clock()))
            except Exception as error:
                logger.warning("outbox lag cannot be measured", exc_info=error)
            await asyncio.sleep(LAG_SECONDS)


async def _pause(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event`, at most `seconds`; return whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
