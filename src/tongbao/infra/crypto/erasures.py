"""The list of erasures: kept beside backups, and done again on a backup that was restored.

A backup from before an erasure still has the record key. Whoever restores it repeats the erasures
that came after it, from a list that was kept elsewhere.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from tongbao.infra.crypto.models import RecordKeyRow
from tongbao.infra.crypto.records import REPLACED, destroy
from tongbao.infra.db import Database, ReadSession

OWNERS_A_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Erasure:
    """An owner whose record key was destroyed."""

    owner: UUID
    at: datetime
    reason: str


async def erasures(tx: ReadSession) -> AsyncIterator[Erasure]:
    """Return every erasure there was, by owner."""
    rows = (
        select(
            RecordKeyRow.owner,
            func.max(RecordKeyRow.ended_at).label("at"),
            func.max(RecordKeyRow.reason).label("reason"),
        )
        .where(RecordKeyRow.wrapped.is_(None), RecordKeyRow.reason != REPLACED)
        .group_by(RecordKeyRow.owner)
        .order_by(RecordKeyRow.owner)
    )
    async for owner, at, reason in await tx.stream(rows):
        assert at is not None
        assert reason is not None
        yield Erasure(owner, at, reason)


async def repeat(database: Database, listed: Iterable[Erasure]) -> int:
    """Destroy the keys of listed owners where they are there again; return how many are listed."""
    number, batch = 0, []
    for each in listed:
        number += 1
        batch.append(each)
        if len(batch) == OWNERS_A_BATCH:
            await _destroy(database, batch)
            batch = []
    await _destroy(database, batch)
    return number


async def _destroy(database: Database, batch: list[Erasure]) -> None:
    async with database.write() as tx:
        for each in sorted(batch, key=lambda erasure: erasure.owner):
            await destroy(tx, owner=each.owner, at=each.at, reason=each.reason)
