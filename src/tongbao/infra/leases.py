"""Work that is due, taken under a lease: what its worker dies with is another's when that ends.

A table of such work has the moment its rows are due next, `None` where nothing is to be done.
Whoever claims a row moves that moment to the end of the lease, so that nobody else does until then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from tongbao.infra.db import Database

CLAIMED_MAX: Final = 100
AT_ONCE: Final = 8


async def claim(
    database: Database,
    row_id: InstrumentedAttribute[UUID],
    due_at: InstrumentedAttribute[datetime | None],
    *,
    at: datetime,
    lease: timedelta,
) -> list[UUID]:
    """Take the rows that are due, those first that have been the longest; return their ids."""
    due = (
        select(row_id)
        .where(due_at <= at)
        .order_by(due_at)
        .limit(CLAIMED_MAX)
        .with_for_update(skip_locked=True)
    )
    async with database.write() as tx:
        claimed = await tx.scalars(
            update(row_id.class_)
            .where(row_id.in_(due))
            .values({due_at: at + lease})
            .returning(row_id)
            .execution_options(synchronize_session=False)
        )
        return list(claimed)


async def work_off(
    claimed: Callable[[], Awaitable[Sequence[UUID]]],
    step: Callable[[UUID], Awaitable[None]],
    *,
    rounds: int,
) -> int:
    """Take a step of everything claimed, `AT_ONCE` at a time, until nothing is; return how many.

    A step that raises ends the others: what must not is for `step` to catch.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(row_id: UUID) -> None:
        async with slots:
            await step(row_id)

    steps = 0
    for _ in range(rounds):
        ids = await claimed()
        if not ids:
            break
        async with asyncio.TaskGroup() as group:
            for each in ids:
                group.create_task(one(each))
        steps += len(ids)
    return steps
