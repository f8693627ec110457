"""Deleting what was fetched, when the time its consent promised is over.

A fetch keeps its row and its digest, as evidence that it was made; the payload goes. The time is
`keep_until`, from the consent, counted from the fetch; a withdrawal brings it forward to itself.
What is in use all the same, for a decision under way or a contract, stays as long as that lasts and
as the consent says after it. What is in use is known above: products register a look-up.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.events import ConsentWithdrawn
from tongbao.core.sources.domain.retention import Use, keeps_until
from tongbao.core.sources.events import DataDeleted
from tongbao.core.sources.models import FetchRow
from tongbao.infra import audit, outbox
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.outbox import Consumer

FETCHES_A_BATCH: Final = 100
BATCHES_MAX: Final = 10_000
LOOK_AGAIN: Final = timedelta(days=1)
"""When what was in use is looked at again; nobody tells us when a use ends."""

Uses = Callable[[ReadSession, Collection[UUID], datetime], Awaitable[Mapping[UUID, Use]]]
"""From ids of fetches to what they are, or were last, used for; the unused are left out."""

_uses: Final[list[Uses]] = []


def register_uses(uses: Uses) -> None:
    """Say what a module above this one uses fetches for; once for each."""
    if uses not in _uses:
        _uses.append(uses)


def consumer() -> Consumer:
    """Return who listens for withdrawals, to delete what was fetched on them."""
    return Consumer(name="sources.withdrawals", handles={ConsentWithdrawn: _withdrawn})


async def _withdrawn(tx: WriteSession, event: ConsentWithdrawn, at: datetime) -> None:
    await forget(tx, consent_id=event.consent_id, at=at)


async def forget(tx: WriteSession, *, consent_id: UUID, at: datetime) -> int:
    """Delete what was fetched on a consent that was withdrawn, unless it is in use; count it.

    Personal Information Protection Law, article 47: whoever takes a consent back has the data
    deleted, and not when its time would have been over. More than a batch goes with the job.
    """
    of_consent = (FetchRow.consent_id == consent_id, FetchRow.payload_deleted_at.is_(None))
    await tx.execute(
        update(FetchRow)
        .where(*of_consent, FetchRow.keep_until > at)
        .values(keep_until=at)
        .execution_options(synchronize_session=False)
    )
    return await _settle(tx, await _over(tx, consent_id=consent_id, at=at), at=at)


async def delete_expired(database: Database, *, at: datetime) -> int:
    """Delete the payloads whose time is over and that nothing uses; return how many went.

    A bounded batch a transaction; a fetch that somebody holds is left for the next run.
    """
    deleted = 0
    for _ in range(BATCHES_MAX):
        async with database.write() as tx:
            rows = await _over(tx, at=at)
            deleted += await _settle(tx, rows, at=at)
        if len(rows) < FETCHES_A_BATCH:
            break
    return deleted


async def _over(
    tx: WriteSession, *, at: datetime, consent_id: UUID | None = None
) -> Sequence[FetchRow]:
    query = select(FetchRow).where(FetchRow.keep_until <= at, FetchRow.payload_deleted_at.is_(None))
    if consent_id is not None:
        query = query.where(FetchRow.consent_id == consent_id)
    rows = await tx.scalars(
        query.order_by(FetchRow.keep_until)
        .limit(FETCHES_A_BATCH)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _settle(tx: WriteSession, rows: Sequence[FetchRow], *, at: datetime) -> int:
    """Delete the payloads of locked rows, or say until when they stay; return how many went."""
    assert _uses, "the composition root says what fetched data is used for: register_uses"
    used: list[Mapping[UUID, Use]] = [
        await uses(tx, [row.id for row in rows], at) for uses in (_uses if rows else ())
    ]
    gone = []
    for row in rows:
        found = [each[row.id] for each in used if row.id in each]
        until = await _until(tx, row, found, at=at)
        if until > at:
            row.keep_until = until
        else:
            row.payload, row.payload_deleted_at = None, at
            gone.append(row)
    await tx.flush()
    await _tell(tx, gone, at=at)
    return len(gone)


async def _until(tx: ReadSession, row: FetchRow, found: Sequence[Use], *, at: datetime) -> datetime:
    """Return how long a fetch is kept; its own time is over."""
    if not found:
        return row.keep_until
    if any(use.ended_at is None for use in found):
        return at + LOOK_AGAIN
    consent = await agreements.get_consent(tx, row.consent_id)
    return max(keeps_until(use, consent.retention) for use in found)


async def _tell(tx: WriteSession, gone: Sequence[FetchRow], *, at: datetime) -> None:
    entries = [
        audit.Entry(
            action="sources.fetch.deleted",
            subject=row.party_id,
            object_type=FetchRow.__tablename__,
            object_id=row.id,
            before=bytes.fromhex(row.payload_sha256),
        )
        for row in gone
    ]
    events = [
        DataDeleted(
            fetch_id=row.id, party_id=row.party_id, consent_id=row.consent_id, source=row.source
        )
        for row in gone
    ]
    if gone:
        await audit.record(tx, entries, at=at)
        await outbox.append(tx, events, at=at)
