"""Making the tags of blind indexes anew under a new key, while everybody reads and writes.

A run has two halves. The first makes the next key and ends there: every process learns of it within
a minute (`refreshing`), looks up under both, and from `WRITTEN_AFTER` on stores tags under the new
one. The second, from `DUE_AFTER` on, makes every tag anew that was stored before, and ends the old
key. What is compared by tags elsewhere (possible duplicates) is told of each batch.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, LargeBinary, any_, bindparam, column, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra.crypto import runs
from tongbao.infra.crypto.blinds import newest_tag
from tongbao.infra.crypto.boxes import Row as RowId
from tongbao.infra.crypto.ciphers import KEY_BYTES
from tongbao.infra.crypto.columns import BlindColumn
from tongbao.infra.crypto.errors import SealBroken
from tongbao.infra.crypto.models import RecordKeyRow
from tongbao.infra.crypto.process import installed
from tongbao.infra.crypto.records import BLIND, REPLACED, boxes, current_kek_id
from tongbao.infra.crypto.resealing import PASSES_MAX, PAUSE_SECONDS, FieldsBusy, parsed, row_text
from tongbao.infra.crypto.rewrapping import Clock
from tongbao.infra.crypto.runs import Rotation, Run
from tongbao.infra.crypto.start import WRITTEN_AFTER, refresh
from tongbao.infra.db import Database, WriteSession

TAGS_A_BATCH: Final = 1_000
DUE_AFTER: Final = timedelta(hours=1)
"""By then every process has known the new key for long, and stores no tag under the old one."""
WAITING: Final = "key"
LAST: Final = "ending"

Retagged = Callable[[WriteSession, BlindColumn, Sequence[UUID], datetime], Awaitable[None]]
"""Told on the batch's transaction whose tags of a column were made anew."""

log = structlog.get_logger(__name__)

assert DUE_AFTER > WRITTEN_AFTER


@dataclass(frozen=True, slots=True)
class Found:
    """A row with a tag, as it is now."""

    row: RowId
    owner: UUID
    sealed: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one batch came to; `last` is None at the end of the column."""

    last: RowId | None
    made: Mapping[RowId, bytes]
    skipped: int
    broken: int
    owners: Sequence[UUID]


async def rotate_blinds(
    database: Database,
    columns: Sequence[BlindColumn],
    *,
    clock: Clock,
    retagged: Retagged | None = None,
    due_after: timedelta = DUE_AFTER,
) -> Run:
    """Make the next key of blind indexes, or, once that is due, all tags anew under it.

    A run that has not ended (`ended_at` is None) waits for its second half: call it again. One
    that was killed goes on where it was. Raises `FieldsBusy`.
    """
    by_name = {each.name: each for each in columns}
    async with database.write() as tx:
        run = await runs.find_open(tx, Rotation.BLINDS)
        if run is None:
            generation = await _next_key(tx, at=clock())
            run = await runs.begin(
                tx, Rotation.BLINDS, target=str(generation), step=WAITING, at=clock()
            )
    await refresh(database, at=clock())
    if clock() < run.started_at + due_after:
        return run
    passes = 0
    while run.ended_at is None:
        before = run
        async with database.write() as tx:
            run = await runs.locked(tx, run.id)
            if run.ended_at is None:
                run = await _step(tx, run, by_name, retagged, at=clock())
        if run.step != before.step:
            passes = 0
        elif run.position is None and run.step in by_name:  # at its beginning again
            passes += 1
            if passes == PASSES_MAX:
                raise FieldsBusy(column=run.step)
            await asyncio.sleep(PAUSE_SECONDS * passes)
    await refresh(database, at=clock())
    return run


async def _next_key(tx: WriteSession, *, at: datetime) -> int:
    """Make the next key of blind indexes; return its generation."""
    last = await tx.scalar(
        select(func.max(RecordKeyRow.generation)).where(RecordKeyRow.owner == BLIND)
    )
    assert last is not None, "a process that has started made the first one"
    ring, version = installed().ring, installed().cipher.version
    kek = ring.find(await current_kek_id(tx))
    wrapped = kek.wrap(token_bytes(KEY_BYTES), version=version, owner=BLIND, generation=last + 1)
    await tx.execute(
        insert(RecordKeyRow).values(
            owner=BLIND, generation=last + 1, kek_id=kek.id, wrapped=wrapped, created_at=at
        )
    )
    return int(last) + 1


async def _step(
    tx: WriteSession,
    run: Run,
    columns: Mapping[str, BlindColumn],
    retagged: Retagged | None,
    *,
    at: datetime,
) -> Run:
    if run.step == LAST:
        await _end_older(tx, int(run.target), at=at)
        return await runs.move(tx, run, step="done", position=None, ended=True, at=at)
    if run.step not in columns:  # it begins, or a version before this one had the column
        return await runs.move(tx, run, step=_after(run.step, columns), position=None, at=at)
    chosen = columns[run.step]
    batch = await _retag(tx, chosen, after=parsed(chosen.row, run.position))
    if retagged is not None and batch.owners:
        await retagged(tx, chosen, batch.owners, at)
    skipped = run.skipped + batch.skipped
    at_end = batch.last is None
    return await runs.move(
        tx,
        run,
        step=_after(run.step, columns) if at_end and not skipped else run.step,
        position=None if batch.last is None else row_text(batch.last),
        changed=len(batch.made),
        skipped=0 if at_end else skipped,
        broken=batch.broken,
        at=at,
    )


def _after(step: str, columns: Mapping[str, BlindColumn]) -> str:
    return next((name for name in sorted(columns) if step == WAITING or name > step), LAST)


async def _retag(tx: WriteSession, chosen: BlindColumn, *, after: RowId | None) -> _Batch:
    """Make the tags of the next rows anew; rows that somebody holds are looked at again later."""
    page = select(chosen.row).order_by(chosen.row).limit(TAGS_A_BATCH)
    if after is not None:
        page = page.where(chosen.row > after)
    rows = (await tx.scalars(page)).all()
    if not rows:
        return _Batch(None, {}, 0, 0, ())
    found = await _lock(tx, chosen, rows)
    by_owner = await boxes(tx, owners={each.owner for each in found})
    made: dict[RowId, bytes] = {}
    owners: dict[UUID, None] = {}
    broken = []
    for each in found:
        box = by_owner[each.owner]
        if box.erased:  # its tag went with it
            continue
        try:
            plain = box.open(each.sealed, field=chosen.of, row=each.row)
        except SealBroken:
            broken.append(each.row)
            continue
        tag = newest_tag(chosen.spelled(plain), field=chosen.field)
        if tag != each.tag:
            made[each.row] = tag
            owners[each.owner] = None
    for row in broken:  # not where the exception is: a traceback could show what is beside it
        log.error("sealed_value_does_not_open", column=chosen.name, row=row_text(row))
    await _store(tx, chosen, made)
    last = rows[-1] if len(rows) == TAGS_A_BATCH else None
    return _Batch(last, made, len(rows) - len(found), len(broken), tuple(owners))


async def _lock(tx: WriteSession, chosen: BlindColumn, rows: Sequence[Any]) -> list[Found]:
    wanted = bindparam("rows", list(rows), ARRAY(chosen.row.type))
    found = await tx.execute(
        select(chosen.row, chosen.owner, chosen.sealed, chosen.tag)
        .where(chosen.row == any_(wanted))
        .order_by(chosen.row)
        .with_for_update(skip_locked=True, of=chosen.table)
    )
    return [Found(*each) for each in found]


async def _store(tx: WriteSession, chosen: BlindColumn, made: Mapping[RowId, bytes]) -> None:
    given = func.unnest(
        bindparam("rows", list(made), ARRAY(chosen.row.type)),
        bindparam("values", list(made.values()), ARRAY(LargeBinary)),
    )
    named = given.table_valued(column("row", chosen.row.type), column("tag", LargeBinary))
    new = named.render_derived(name="new")
    await tx.execute(
        update(chosen.table).where(chosen.row == new.c.row).values({chosen.tag: new.c.tag})
    )


async def _end_older(tx: WriteSession, generation: int, *, at: datetime) -> None:
    """End the keys before this one: nothing is tagged under them any more."""
    await tx.execute(
        update(RecordKeyRow)
        .where(
            RecordKeyRow.owner == BLIND,
            RecordKeyRow.generation < generation,
            RecordKeyRow.wrapped.is_not(None),
        )
        .values(wrapped=None, kek_id=None, ended_at=at, reason=REPLACED)
        .execution_options(synchronize_session=False)
    )
