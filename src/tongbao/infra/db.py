"""The database: read and write transactions as two types, committed only here.

Services take a session and never commit. The edge (a request, a job, a command) opens one::

    async with database.write() as tx:
        await ledger.post(tx, ...)
    # committed here, before anything is answered

A `ReadSession` runs in a read-only transaction: a query that writes fails in the database itself.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, Self

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import SessionTransaction
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from tongbao.infra import arrays as arrays  # noqa: PLC0414 - so that connections know of them
from tongbao.infra.lines import Line, Lines, Rows, as_others_know_it

STATEMENT_TIMEOUT_MS = 30_000
TRANSACTION_IDLE_TIMEOUT_MS = 15_000
WAIT_SECONDS_MAX = 10.0
REST_SECONDS_MAX = 1.0
"""A connection unused for longer is tried out first: the server may have gone meanwhile."""


class ReadSession(AsyncSession):
    """A transaction that may look but not touch."""

    _driver: tuple[object, psycopg.AsyncConnection[Any]] | None = None

    async def fetch(
        self,
        statement: LiteralString,
        parameters: Sequence[object] = (),
        *,
        binary: bool = False,
    ) -> Rows:
        """Run one statement in the driver's own words (`%s`) and return its rows.

        On the connection of this transaction, but past the toolkit, which costs several times what
        a short statement does. Values come as texts, or `binary`, which is for many of them.
        """
        driver = await self.driver()
        try:
            cursor = await driver.execute(statement, parameters, binary=binary)
            result = cursor.pgresult  # not `description`: there may be rows without columns
            has_rows = result is not None and result.status == ExecStatus.TUPLES_OK
            return await cursor.fetchall() if has_rows else []
        except psycopg.Error as error:
            if driver.closed:
                await (await self.connection()).invalidate(error)
            raise as_others_know_it(error, broken=driver.closed) from error

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the driver's connection; what is executed there is part of this transaction."""
        innermost = self._innermost()
        if self._driver is not None and self._driver[0] is innermost is not None:
            return self._driver[1]
        # A savepoint is made when the connection is first asked for inside of it.
        raw = (await (await self.connection()).get_raw_connection()).driver_connection
        if not isinstance(raw, psycopg.AsyncConnection):
            msg = "the database is not reached through psycopg"
            raise TypeError(msg)
        self._driver = self._innermost(), raw
        return raw

    def _innermost(self) -> SessionTransaction | None:
        session = self.sync_session
        return session.get_nested_transaction() or session.get_transaction()


class WriteSession(ReadSession):
    """A transaction that may change things; whoever opened it commits it."""


Writing = WriteSession | Line
"""What the few hot verbs accept that also run on a line (`infra.lines`)."""


@asynccontextmanager
async def undone(tx: WriteSession) -> AsyncIterator[None]:
    """Undo whatever the block writes, and nothing else of the transaction: for trying out."""
    savepoint = await tx.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()


@dataclass(slots=True)
class Attempt:
    """Whether what a block writes is to be undone when it ends."""

    is_undone: bool = False

    def undo(self) -> None:
        """Let it be undone."""
        self.is_undone = True


@asynccontextmanager
async def attempt(tx: WriteSession) -> AsyncIterator[Attempt]:
    """Keep what the block writes, unless it says otherwise or raises; nothing else is touched."""
    savepoint = await tx.begin_nested()
    trying = Attempt()
    try:
        yield trying
    except BaseException:
        await savepoint.rollback()
        raise
    if trying.is_undone:
        await savepoint.rollback()
    else:
        await savepoint.commit()


def _unwatched(_seconds: float) -> None:
    """Take no note."""


class WatchedPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool; it also tells how long somebody waited for a connection."""

    waited: Callable[[float], None] = staticmethod(_unwatched)

    def _do_get(self) -> ConnectionPoolEntry:
        began = time.perf_counter()
        try:
            return super()._do_get()
        finally:
            self.waited(time.perf_counter() - began)


def _try_out_rested(engine: Engine) -> None:
    """Let a connection that has rested be tried out when it is borrowed.

    `pool_pre_ping` would ask each time, which costs as much as a short statement.
    """

    def was_used(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = time.monotonic()

    def borrowed(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        rested = time.monotonic() - entry.info["used_at"]
        if rested > REST_SECONDS_MAX and not answers(connection):
            raise DisconnectionError  # the pool opens another one

    def answers(connection: DBAPIConnection) -> bool:
        try:
            return engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            if engine.dialect.is_disconnect(error, connection, None):
                return False
            raise

    event.listen(engine, "connect", was_used)
    event.listen(engine, "checkin", was_used)
    event.listen(engine, "checkout", borrowed)


# SQLAlchemy logs a pool's housekeeping under the name of its class, and hushes its own only.
logging.getLogger(f"{WatchedPool.__module__}.{WatchedPool.__qualname__}").setLevel(logging.WARNING)


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, engine: AsyncEngine, lines: Lines) -> None:
        self.engine = engine
        self.lines = lines
        self._reader = engine.execution_options(postgresql_readonly=True)

    @classmethod
    def connect(
        cls,
        url: str | URL,
        *,
        role: str | None = None,
        pool_size: int = 10,
        wait_seconds_max: float = WAIT_SECONDS_MAX,
    ) -> Self:
        """Return a database for `url`; each connection takes on `role` if one is given.

        Who gets no connection within `wait_seconds_max` gets SQLAlchemy's `TimeoutError`.
        """
        options = [
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
            f"-c idle_in_transaction_session_timeout={TRANSACTION_IDLE_TIMEOUT_MS}",
            "-c timezone=UTC",
        ]
        if role is not None:
            options.append(f"-c role={role}")
        address = make_url(url)
        engine = create_async_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=wait_seconds_max,
            poolclass=WatchedPool,
            hide_parameters=True,  # an error must not carry personal data into the log
            connect_args={"options": " ".join(options)},
        )
        _try_out_rested(engine.sync_engine)
        conninfo = address.set(drivername="postgresql").render_as_string(hide_password=False)
        return cls(engine, Lines(conninfo, " ".join(options)))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """Open a read-only transaction."""
        async with ReadSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """Open a transaction that commits when the block ends and rolls back when it raises."""
        async with WriteSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise unless the database answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def watch_waits(self, waited: Callable[[float], None]) -> None:
        """Say from now on how many seconds each request has waited for a connection."""
        pool = self.engine.pool
        assert isinstance(pool, WatchedPool), "every database is made by `connect`"
        pool.waited = waited

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.lines.close()
        await self.engine.dispose()
