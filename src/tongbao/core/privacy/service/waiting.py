"""Erasures that wait: asked for while nothing but the law's five years kept the file."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.privacy.events import ErasureQueued
from tongbao.core.privacy.models import ErasureRow
from tongbao.infra import audit, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

LOOK_AGAIN: Final = timedelta(days=30)
"""When an erasure is looked at again that something without an end keeps by then."""


async def queue(
    tx: WriteSession, *, party_id: UUID, asked_by: UUID, due_at: datetime, at: datetime
) -> None:
    """Have a party's data erased once the time is over; asking twice changes nothing."""
    queued = await tx.scalar(
        insert(ErasureRow)
        .values(id=new_id(), party_id=party_id, asked_by=asked_by, asked_at=at, due_at=due_at)
        .on_conflict_do_nothing(
            index_elements=["party_id"], index_where=ErasureRow.done_at.is_(None)
        )
        .returning(ErasureRow.id)
    )
    if queued is None:
        return
    entry = audit.Entry(
        action="parties.party.erasure_queued",
        subject=party_id,
        object_type=ErasureRow.__tablename__,
        object_id=queued,
    )
    await audit.record(tx, [entry], at=at)
    await outbox.append(tx, [ErasureQueued(party_id=party_id, due_at=due_at)], at=at)


async def queued_for(tx: ReadSession, *, party_id: UUID) -> datetime | None:
    """Return from when on a party's data is erased, if that was asked for and waits."""
    due: datetime | None = await tx.scalar(
        select(ErasureRow.due_at).where(
            ErasureRow.party_id == party_id, ErasureRow.done_at.is_(None)
        )
    )
    return due


async def next_due(tx: WriteSession, *, at: datetime) -> ErasureRow | None:
    """Return the next erasure whose time has come, locked; None if there is none that is free."""
    row: ErasureRow | None = await tx.scalar(
        select(ErasureRow)
        .where(ErasureRow.due_at <= at, ErasureRow.done_at.is_(None))
        .order_by(ErasureRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return row


async def end(tx: WriteSession, *, party_id: UUID, at: datetime) -> None:
    """Note that what waited for a party is done."""
    await tx.execute(
        update(ErasureRow)
        .where(ErasureRow.party_id == party_id, ErasureRow.done_at.is_(None))
        .values(done_at=at)
        .execution_options(synchronize_session=False)
    )
