"""Direct lines: connections of the driver's own for the few statements that thousands wait for.

A session of the toolkit costs several times what its statements cost. Work that is shared by many
requests at once (`infra.turns`) therefore runs on a line. There are few lines, as work that is
shared needs few: who finds all of them taken waits like somebody without a free connection.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

LINES_MAX: Final = 6
WAIT_SECONDS_MAX: Final = 10.0
IDLE_SECONDS_MAX: Final = 5.0
"""A line unused for longer is tried out first: the server may have gone meanwhile."""

Rows = list[tuple[Any, ...]]
Step = Callable[[int], None]
"""Called with 1 and -1, to keep a gauge."""


def _unwatched(_step: int) -> None:
    """Keep no gauge."""


@dataclass(slots=True)
class Line:
    """One connection, used by one at a time."""

    connection: psycopg.AsyncConnection[tuple[Any, ...]]
    used_at: float = field(default_factory=time.monotonic)

    async def fetch(self, statement: LiteralString, parameters: Sequence[object] = ()) -> Rows:
        """Run one statement and return its rows."""
        cursor = await self.connection.execute(statement, parameters)
        return await cursor.fetchall() if cursor.description else []


@dataclass(slots=True)
class _Once(Line):
    """A line for one statement."""

    used: bool = False

    async def fetch(self, statement: LiteralString, parameters: Sequence[object] = ()) -> Rows:
        """Run the statement and return its rows."""
        assert not self.used, "a second statement would be a second transaction"
        self.used = True
        return await Line.fetch(self, statement, parameters)


class Lines:
    """The lines of one database, at most `lines_max`; opened when needed and kept until `close`.

    Errors are the toolkit's (`DBAPIError`, its `TimeoutError` when no line is free in time), so
    that one handler knows them all.
    """

    def __init__(
        self,
        conninfo: str,
        options: str,
        *,
        lines_max: int = LINES_MAX,
        wait_seconds_max: float = WAIT_SECONDS_MAX,
    ) -> None:
        self._conninfo = conninfo
        self._options = options
        self._wait_seconds_max = wait_seconds_max
        self._free = asyncio.Semaphore(lines_max)
        self._idle: list[Line] = []
        self._closed = False
        self._count_open: Step = _unwatched
        self._count_used: Step = _unwatched

    def watch(self, *, opened: Step, used: Step) -> None:
        """Say from now on how many lines are open and how many of them somebody uses."""
        self._count_open, self._count_used = opened, used

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Line]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""
        async with self._line() as line, line.connection.transaction():
            yield line

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Line]:
        """Give a line for one statement, which is a transaction of its own.

        It is durable when `fetch` returns: BEGIN and COMMIT would be two more round trips.
        """
        async with self._line() as line:
            yield _Once(line.connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Line]:
        """Give a line on which each statement sees what is committed when it starts.

        There is no transaction around the statements, and nothing forbids them to write.
        """
        async with self._line() as line:
            yield line

    async def close(self) -> None:
        """Close every line; those in use when they come back."""
        self._closed = True
        while self._idle:
            await self._hang_up(self._idle.pop())

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        await self._turn_comes()
        self._count_used(1)
        line: Line | None = None
        try:
            line = await self._take()
            yield line
            await self._give_back(line)
        except BaseException as error:
            broken = line is None or line.connection.broken
            if line is not None:
                await self._hang_up(line)  # whatever state it was in: the next one is fresh
            if isinstance(error, psycopg.Error):
                raise as_others_know_it(error, broken=broken) from error
            raise
        finally:
            self._count_used(-1)
            self._free.release()

    async def _turn_comes(self) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds_max):
                await self._free.acquire()
        except TimeoutError as error:
            msg = f"no line became free in {self._wait_seconds_max} s"
            raise NoFreeConnection(msg) from error

    async def _take(self) -> Line:
        while self._idle:
            line = self._idle.pop()
            if time.monotonic() - line.used_at < IDLE_SECONDS_MAX:
                return line
            try:
                await line.fetch("SELECT")
            except psycopg.OperationalError:
                await self._hang_up(line)
            except BaseException:
                await self._hang_up(line)
                raise
            else:
                return line
        connection = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, options=self._options
        )
        self._count_open(1)
        return Line(connection)

    async def _give_back(self, line: Line) -> None:
        if self._closed:
            await self._hang_up(line)
            return
        line.used_at = time.monotonic()
        self._idle.append(line)

    async def _hang_up(self, line: Line) -> None:
        self._count_open(-1)
        await line.connection.close()


def as_others_know_it(error: psycopg.Error, *, broken: bool) -> BaseException:
    """Return the error as the toolkit raises it; `broken` says that the connection is gone."""
    return DBAPIError.instance(
        None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=broken
    )
