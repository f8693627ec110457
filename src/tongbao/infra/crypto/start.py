"""Fetching the keys at the start of a process, and refusing to start with the wrong ones."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tongbao.infra.crypto import records
from tongbao.infra.crypto.boxes import RecordKey
from tongbao.infra.crypto.errors import FieldKeyLost, FieldKeyUnusable
from tongbao.infra.crypto.keks import Ring
from tongbao.infra.crypto.models import KekRow, RecordKeyRow
from tongbao.infra.crypto.process import Installed, Root, install, installed, used
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError

_LOCK: Final = 0x4B454B
REFRESH_SECONDS: Final = 60.0
WRITTEN_AFTER: Final = timedelta(minutes=10)
"""A new key of blind indexes is known to every process by then, and used for storing."""

log = structlog.get_logger(__name__)


async def start(database: Database, *, at: datetime) -> None:
    """Fetch the keys, check them against the database, and use them from now on.

    The first start ever takes the newest key as the current one. A key that the database does not
    know yet is written down beside; it is used once a rotation makes it the current one.

    Raises `FieldKeyUnusable` where the source has no keys, `KmsUnavailable` where it does not
    answer, `FieldKeyLost` if the database needs another key: nothing is written then.
    """
    try:
        await _start(database, at=at)
    except FieldKeyLost:  # another process may have made the first key just now: look again
        await _start(database, at=at)


async def _start(database: Database, *, at: datetime) -> None:
    source, cipher = used()
    async with database.read() as look:
        stored = await _known(look)
    wrapped = [row.wrapped for row in stored if row.wrapped and row.retired_at is None]
    ring = Ring(await source.secrets(wrapped))
    async with database.write() as tx:
        await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        await check(tx, ring)
        await _write_down(tx, ring, at=at)
        install(Installed(ring, cipher))
        roots = await _blind_roots(tx, at=at)
    install(Installed(ring, cipher, tuple(roots)))


class Starting:
    """`start` for a process that may come up before its database does.

    `attempt` lets a database pass that is away or not migrated; `ready` tries again. Wrong keys
    pass neither.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done = False

    async def attempt(self, *, at: datetime) -> None:
        """Start if the database lets us. Raises `FieldKeyUnusable`, `FieldKeyLost`."""
        try:
            await self.ready(at=at)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("keys_not_checked_yet", error=type(error).__name__)

    async def ready(self, *, at: datetime) -> None:
        """Start, or check again. Raises what `attempt` does, and what the database says."""
        if self._done:
            await refresh(self._database, at=at)
        else:
            await start(self._database, at=at)
            self._done = True


async def check(tx: ReadSession, ring: Ring | None = None) -> None:
    """Raise `FieldKeyLost` unless each key that the database needs is there and the right one."""
    ring = ring or installed().ring
    given = {kek.id: kek.check for kek in ring}
    needed = [row for row in await _known(tx) if row.retired_at is None]
    lost = [row.id for row in needed if row.id not in given]
    if lost:
        raise FieldKeyLost(needed=", ".join(lost), given=", ".join(ring.ids))
    for row in needed:
        if not hmac.compare_digest(row.check_value, given[row.id]):
            raise FieldKeyUnusable(path=row.id, why="its check value is another one")


async def _known(tx: ReadSession) -> Sequence[KekRow]:
    rows = select(KekRow).order_by(KekRow.created_at, KekRow.id)
    return (await tx.scalars(rows.execution_options(populate_existing=True))).all()


async def _write_down(tx: WriteSession, ring: Ring, *, at: datetime) -> None:
    known = {row.id for row in await _known(tx)}
    rows = [
        {
            "id": kek.id,
            "check_value": kek.check,
            "wrapped": kek.wrapped,
            "created_at": at,
            "current_since": None,
        }
        for kek in ring
        if kek.id not in known
    ]
    if not known:
        rows[-1]["current_since"] = at
    if rows:
        await tx.execute(insert(KekRow), rows)


async def refresh(database: Database, *, at: datetime) -> None:
    """Check the keys again, and learn of a new key of blind indexes. Raises what `check` does."""
    async with database.read() as tx:
        await check(tx)
        roots = await _blind_roots(tx, at=at)
    install(replace(installed(), blind=tuple(roots)))


@asynccontextmanager
async def refreshing(
    database: Database, *, clock: Callable[[], datetime], every_seconds: float = REFRESH_SECONDS
) -> AsyncIterator[None]:
    """Refresh now and then inside the block, however often it fails."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                await refresh(database, at=clock())
            except (DBAPIError, PoolTimeout, TongbaoError, AssertionError) as error:
                log.warning("keys_not_refreshed", error=type(error).__name__)

    running = asyncio.create_task(keep())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _blind_roots(tx: ReadSession, *, at: datetime) -> list[Root]:
    """Make the installation's own keys where there are none; return those of blind indexes.

    The first is for storing: the newest that every process knows by now.
    """
    made = await records.boxes(tx, owners=records.OWN)
    keys: Sequence[RecordKey] = made[records.BLIND].keys
    known = await tx.scalars(
        select(RecordKeyRow.id).where(
            RecordKeyRow.owner == records.BLIND, RecordKeyRow.created_at <= at - WRITTEN_AFTER
        )
    )
    for_all = set(known.all())
    storing = max(
        (key for key in keys if key.id in for_all),
        key=lambda key: key.generation,
        default=keys[0],
    )
    others = [key for key in reversed(keys) if key is not storing]
    return [Root(key.generation, key.key) for key in (storing, *others)]
