"""Seeing overload by how long work waits, as CoDel does (RFC 8289), and refusing some of it.

A queue that empties now and then is fine however long it gets; one whose *shortest* wait is above
the target in several intervals on end stands, and makes everybody late. Two waits are measured: of
the event loop for its turn, and of requests for a database connection. While one stands, a share
of what comes is refused at once, growing by steps and shrinking by smaller ones, so that what is
let in is answered in time. A number of requests under way is never exceeded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from prometheus_client import Counter, Gauge

INTERVAL_SECONDS: Final = 0.1
INTERVALS_MIN: Final = 3  # one late turn, by a pause of the machine say, is no standing queue
WHOLE: Final = 100
SHARE_UP: Final = 10  # percent
SHARE_DOWN: Final = 5
SHARE_MAX: Final = 95  # some always pass, or nobody would notice that it is over

SHED: Final = Counter("tongbao_flow_shed", "Requests refused because of overload", ["cause"])
SHARE: Final = Gauge(
    "tongbao_flow_shed_share", "Share of requests being refused", multiprocess_mode="livemax"
)
DELAY: Final = Gauge(
    "tongbao_flow_queue_delay_seconds",
    "Shortest wait of the last interval",
    ["queue"],
    multiprocess_mode="livemax",
)


class Overload:
    """Decides which requests are refused; one per process."""

    def __init__(self, *, delay_seconds_max: float, in_flight_max: int) -> None:
        self.delay_seconds_max = delay_seconds_max
        self.in_flight_max = in_flight_max
        self.in_flight = 0
        self.share = 0
        self._shortest: dict[str, float] = {}
        self._owed = 0
        self._late = 0

    def waited(self, queue: str, seconds: float) -> None:
        """Take note of one wait."""
        known = self._shortest.get(queue)
        if known is None or seconds < known:
            self._shortest[queue] = seconds

    def interval_ended(self) -> None:
        """Adjust the share by the interval that ended."""
        waits, self._shortest = self._shortest, {}
        for queue, seconds in waits.items():
            DELAY.labels(queue).set(seconds)
        late = any(seconds > self.delay_seconds_max for seconds in waits.values())
        self._late = self._late + 1 if late else 0
        step = SHARE_UP if self._late >= INTERVALS_MIN else -SHARE_DOWN
        self.share = min(SHARE_MAX, max(0, self.share + step))
        SHARE.set(self.share / WHOLE)

    def refuses(self) -> bool:
        """Tell whether the request that comes now is refused; every so many are, not by chance."""
        if self.in_flight >= self.in_flight_max:
            SHED.labels("in_flight").inc()
            return True
        self._owed += self.share
        if self._owed < WHOLE:
            return False
        self._owed -= WHOLE
        SHED.labels("delay").inc()
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Measure the event loop and end intervals while the block runs."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + INTERVAL_SECONDS
            await asyncio.sleep(INTERVAL_SECONDS)
            self.waited("loop", max(0.0, loop.time() - due))
            self.interval_ended()
