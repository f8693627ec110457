"""Sealing every field anew under new record keys, while everybody goes on reading and writing.

A batch is a short transaction. It looks for values that are not under their owner's newest key,
locks those nobody else is writing, and replaces them; readers are never blocked, and what a writer
has in hand is passed over and looked at again in a later pass.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    update,
)

from tongbao.infra.crypto import runs
from tongbao.infra.crypto.boxes import HEAD_BYTES, Box
from tongbao.infra.crypto.boxes import Row as RowId
from tongbao.infra.crypto.columns import SealedColumn
from tongbao.infra.crypto.errors import SealBroken
from tongbao.infra.crypto.generations import (
    RETIRE_AFTER,
    add_generations,
    end_generations,
    newest_key_id,
)
from tongbao.infra.crypto.records import boxes
from tongbao.infra.crypto.rewrapping import Clock
from tongbao.infra.crypto.runs import Rotation, Run
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text as Words

FIELDS_A_BATCH: Final = 1_000
BYTES_A_BATCH: Final = 8 * 1024 * 1024
PASSES_MAX: Final = 20
PAUSE_SECONDS: Final = 0.1  # before a further pass, longer each time
FIRST: Final = "generations"
LAST: Final = "ending"

Found = tuple[RowId, UUID, bytes]

log = structlog.get_logger(__name__)


class FieldsBusy(TongbaoError):
    """Some values were in other transactions' hands whenever the rotation came by."""

    code = "crypto.fields_busy"
    kind = Kind.CONFLICT
    title = Words(zh="部分字段正被占用", en="Some fields were busy")
    detail = Words(
        zh="{column} 中有值一直被占用；请再次运行，将从此处继续。",
        en="Values of {column} were always busy; run it again, it goes on from there.",
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What one batch did; `last` is the last row it looked at, None at the end of the column."""

    last: RowId | None
    changed: int = 0
    skipped: int = 0
    broken: int = 0


async def rotate_fields(
    database: Database,
    columns: Sequence[SealedColumn],
    *,
    clock: Clock,
    retire_after: timedelta = RETIRE_AFTER,
) -> Run:
    """Give every owner a new record key and seal all values of `columns` anew under it.

    A run that was killed goes on where it was. Values that do not open are counted, logged by their
    row and left as they are. Older generations end once nothing is under them and the next one has
    been there for `retire_after`, so with a later run. Raises `FieldsBusy`.
    """
    by_name = {each.name: each for each in columns}
    async with database.write() as tx:
        run = await runs.find_open(tx, Rotation.FIELDS)
        if run is None:
            until = str(await newest_key_id(tx))
            run = await runs.begin(tx, Rotation.FIELDS, target=until, step=FIRST, at=clock())
    passes = 0
    while run.ended_at is None:
        before = run
        async with database.write() as tx:
            run = await runs.locked(tx, run.id)
            if run.ended_at is None:
                run = await _batch(tx, run, by_name, retire_after=retire_after, at=clock())
        if run.step != before.step:
            passes = 0
        elif run.position is None and run.step in by_name:  # at its beginning again
            passes += 1
            if passes == PASSES_MAX:
                raise FieldsBusy(column=run.step)
            await asyncio.sleep(PAUSE_SECONDS * passes)
    return run


async def _batch(
    tx: WriteSession,
    run: Run,
    columns: dict[str, SealedColumn],
    *,
    retire_after: timedelta,
    at: datetime,
) -> Run:
    if run.step == FIRST:
        after = UUID(run.position or str(UUID(int=0)))
        found = await add_generations(tx, after=after, made_until=int(run.target))
        if found is None:
            return await runs.move(tx, run, step=_after(FIRST, columns), position=None, at=at)
        return await runs.move(tx, run, step=FIRST, position=str(found[0]), at=at)
    if run.step == LAST:
        await end_generations(tx, list(columns.values()), at=at, retire_after=retire_after)
        return await runs.move(tx, run, step="done", position=None, ended=True, at=at)
    if run.step not in columns:  # a version before this one had it
        return await runs.move(tx, run, step=_after(run.step, columns), position=None, at=at)
    chosen = columns[run.step]
    done = await reseal(tx, chosen, after=parsed(chosen.row, run.position))
    skipped = run.skipped + done.skipped
    at_end = done.last is None
    return await runs.move(
        tx,
        run,
        step=_after(run.step, columns) if at_end and not skipped else run.step,
        position=None if done.last is None else row_text(done.last),
        changed=done.changed,
        skipped=0 if at_end else skipped,
        broken=done.broken,
        at=at,
    )


def _after(step: str, columns: dict[str, SealedColumn]) -> str:
    """Return what comes after a step: the columns by name, then the end."""
    names = sorted(columns)
    return next((name for name in names if step == FIRST or name > step), LAST)


async def reseal(tx: WriteSession, chosen: SealedColumn, *, after: RowId | None) -> Done:
    """Seal the next values anew that are not under their owner's newest key."""
    rows = await _page(tx, chosen, after)
    if not rows:
        return Done(None)
    by_owner = await boxes(tx, owners={owner for _, owner, _, _ in rows})
    last = rows[-1][0] if len(rows) == FIELDS_A_BATCH else None
    stale: list[RowId] = []
    total = 0
    for number, (row, owner, head, size) in enumerate(rows):
        if not _is_stale(by_owner[owner], head):
            continue
        if stale and total + size > BYTES_A_BATCH:  # pictures, for example
            last = rows[number - 1][0]
            break
        stale.append(row)
        total += size
    if not stale:
        return Done(last)
    free = await _lock(tx, chosen, stale)
    made, broken = _sealed_anew(chosen, free, by_owner)
    await _store(tx, chosen, made)
    return Done(last, len(made), len(stale) - len(free), broken)


async def _page(
    tx: WriteSession, chosen: SealedColumn, after: RowId | None
) -> list[tuple[RowId, UUID, bytes, int]]:
    """Return row, owner, head and size of the next values; a value may be large."""
    row, owner, sealed = _columns(chosen)
    head, size = func.substring(sealed, 1, HEAD_BYTES), func.octet_length(sealed)
    page = select(row, owner, head, size).where(sealed.is_not(None))
    if after is not None:
        page = page.where(row > after)
    found = await tx.execute(page.order_by(row).limit(FIELDS_A_BATCH))
    return [(each, whose, begins, long) for each, whose, begins, long in found]


def _columns(chosen: SealedColumn) -> list[Any]:
    owner = chosen.owner
    whose = literal(owner, Uuid).label("owner") if isinstance(owner, UUID) else owner
    return [chosen.row, whose, chosen.sealed]


def _is_stale(box: Box, sealed: bytes) -> bool:
    return not box.erased and not box.is_newest(sealed)


async def _find(tx: WriteSession, statement: Select[Any]) -> list[Found]:
    return [(row, owner, sealed) for row, owner, sealed in await tx.execute(statement)]


async def _lock(tx: WriteSession, chosen: SealedColumn, rows: list[Any]) -> list[Found]:
    """Return those of the rows that nobody else holds, as they are now, and hold them."""
    wanted = bindparam("rows", rows, ARRAY(chosen.row.type))
    found = (
        select(*_columns(chosen))
        .where(chosen.row == any_(wanted), chosen.sealed.is_not(None))
        .order_by(chosen.row)
        .with_for_update(skip_locked=True, key_share=True, of=chosen.table)
    )
    return await _find(tx, found)


def _sealed_anew(
    chosen: SealedColumn, rows: list[Found], by_owner: dict[UUID, Box]
) -> tuple[dict[Any, bytes], int]:
    made, broken = {}, []
    for row, owner, sealed in rows:
        box = by_owner.get(owner)
        if box is None or not _is_stale(box, sealed):  # written since we looked
            continue
        try:
            plain = box.open_bytes(sealed, field=chosen.field, row=row)
        except SealBroken:
            broken.append(row)
            continue
        made[row] = box.seal(plain, field=chosen.field, row=row)
    for row in broken:  # not where the exception is: a traceback could show what is beside it
        log.error("sealed_value_does_not_open", column=chosen.name, row=row_text(row))
    return made, len(broken)


async def _store(tx: WriteSession, chosen: SealedColumn, made: dict[Any, bytes]) -> None:
    given = func.unnest(
        bindparam("rows", list(made), ARRAY(chosen.row.type)),
        bindparam("values", list(made.values()), ARRAY(LargeBinary)),
    )
    named = given.table_valued(column("row", chosen.row.type), column("sealed", LargeBinary))
    new = named.render_derived(name="new")
    await tx.execute(
        update(chosen.table).where(chosen.row == new.c.row).values({chosen.sealed: new.c.sealed})
    )


_PARSERS: Final[dict[type[Any], Callable[[str], RowId]]] = {
    Uuid: UUID,
    LargeBinary: bytes.fromhex,
    BigInteger: int,
    Integer: int,
    Text: str,
}


def parsed(row: Column[Any], position: str | None) -> RowId | None:
    """Return a row's key from its text."""
    return None if position is None else _PARSERS[type(row.type)](position)


def row_text(row: RowId) -> str:
    """Return a row's key as a text."""
    return row.hex() if isinstance(row, bytes) else str(row)
