"""Carrying out a run: its steps in order, each in pieces, each piece once.

A piece is a transaction that also stores where the next one goes on. It begins by locking its
step's row, so even two processes that both believe to be the one at work do each piece once. That
only one is at work, and that others wait, is seen to by a lock per name on a connection of its
own, which ends with the process, however that ends.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.infra.db import Database, WriteSession
from tongbao.infra.driver import standalone
from tongbao.infra.runs.errors import StepFailed
from tongbao.infra.runs.models import RunRow, StepRow
from tongbao.infra.runs.steps import Step
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id

ERROR_LENGTH_MAX: Final = 500
PIECES_MAX: Final = 1_000_000
"""A step that needs more does not come to an end."""

_EPOCH: Final = date(1970, 1, 1)
_DAY_SECONDS: Final = 86_400

Clock = Callable[[], datetime]
Told = Callable[[str, int, bool], None]
"""Told of each piece: the step's name, its items so far, and whether the step is done."""

logger = structlog.get_logger(__name__)

FINISHED: Final = Gauge(
    "tongbao_runs_last_finished_day_timestamp_seconds",
    "The last day a run was finished for, as its midnight in UTC",
    ["run"],
    multiprocess_mode="mostrecent",
)
SECONDS: Final = Gauge(
    "tongbao_runs_step_seconds",
    "How long a step worked when it was last done, its pieces together",
    ["run", "step"],
    multiprocess_mode="mostrecent",
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one piece came to."""

    items: int
    is_done: bool


def _untold(_step: str, _items: int, _is_done: bool) -> None:  # noqa: FBT001 - as `Told` has it
    """Tell nobody."""


async def carry_out(
    database: Database,
    *,
    name: str,
    day: date,
    steps: Sequence[Step],
    clock: Clock,
    told: Told = _untold,
) -> None:
    """Do every piece of every step that is not done yet; return when all are.

    Of several at once with one name, one works and the others wait; when their turn comes they find
    it done, or go on where it broke off.

    Args:
        database: each piece opens a transaction on it.
        name: of the kind of work; with `day` it names the run.
        day: what it is run for.
        steps: in order, with names that are not used twice.
        clock: read for each piece.
        told: hears of each piece that is committed.

    Raises:
        StepFailed: a piece failed. What was committed before it is kept.
    """
    assert len({step.name for step in steps}) == len(steps), "a step's name is its own"
    async with _alone(database, name):
        run_id = await _begin(database, name, day, steps, at=clock())
        if run_id is None:
            return
        for step in steps:
            await _carry_out_step(database, run_id, name, day, step, clock, told)
        await _finish(database, run_id, name, day, at=clock())


@asynccontextmanager
async def _alone(database: Database, name: str) -> AsyncIterator[None]:
    """Hold the lock of the name, waiting for it as long as it takes."""
    async with standalone(database.engine) as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"runs {name}"])
        yield  # the connection closes, and the lock goes with it


async def _begin(
    database: Database, name: str, day: date, steps: Sequence[Step], *, at: datetime
) -> UUID | None:
    """Open the run, or take it up again; None: it is done."""
    async with database.write() as tx:
        await tx.execute(
            upsert(RunRow)
            .values(id=new_id(), name=name, day=day, status="running", started_at=at)
            .on_conflict_do_nothing(index_elements=[RunRow.name, RunRow.day])
        )
        run = (await tx.scalars(select(RunRow).where(RunRow.name == name, RunRow.day == day))).one()
        if run.status == "done":
            return None
        run.status = "running"
        await tx.flush()
        rows = [
            {
                "run_id": run.id,
                "name": step.name,
                "position": position,
                "status": "waiting",
                "items": 0,
                "pieces": 0,
            }
            for position, step in enumerate(steps, start=1)
        ]
        new = upsert(StepRow).values(rows)
        # Another version of the program may have begun it with other steps.
        await tx.execute(
            new.on_conflict_do_update(
                index_elements=[StepRow.run_id, StepRow.name],
                set_={"position": new.excluded.position},
            )
        )
        return run.id


async def _carry_out_step(
    database: Database,
    run_id: UUID,
    name: str,
    day: date,
    step: Step,
    clock: Clock,
    told: Told,
) -> None:
    began = time.perf_counter()
    for _ in range(PIECES_MAX):
        try:
            async with database.write() as tx:
                piece = await _piece(tx, run_id, day, step, at=clock())
        except Exception as error:
            await _note_failure(database, run_id, step.name, error)
            logger.exception("run step failed", run=name, day=str(day), step=step.name)
            raise StepFailed(
                name=name, day=day.isoformat(), step=step.name, error=_words(error)
            ) from error
        if piece is None:
            return  # it was done before
        told(step.name, piece.items, piece.is_done)
        if piece.is_done:
            seconds = time.perf_counter() - began
            SECONDS.labels(name, step.name).set(seconds)
            logger.info(
                "run step done",
                run=name,
                day=str(day),
                step=step.name,
                items=piece.items,
                seconds=round(seconds, 3),
            )
            return
        await asyncio.sleep(0)
    msg = f"{step.name} does not come to an end"
    raise AssertionError(msg)


async def _piece(
    tx: WriteSession, run_id: UUID, day: date, step: Step, *, at: datetime
) -> _Piece | None:
    """Do one piece, and note on the same transaction where the next goes on; None: all is done."""
    row = (
        await tx.scalars(
            select(StepRow)
            .where(StepRow.run_id == run_id, StepRow.name == step.name)
            .with_for_update()
        )
    ).one()
    if row.status == "done":
        return None
    progress = await step.work(tx, day=day, cursor=row.cursor, at=at)
    is_done = progress.cursor is None
    row.status = "done" if is_done else "running"
    row.cursor, row.error = progress.cursor, None
    row.items += progress.items
    row.pieces += 1
    row.started_at = row.started_at or at
    row.finished_at = at if is_done else None
    await tx.flush()
    return _Piece(items=row.items, is_done=is_done)


async def _note_failure(database: Database, run_id: UUID, step: str, error: Exception) -> None:
    """Store why the step failed; should that fail too, the step stays as it was."""
    try:
        async with database.write() as tx:
            await tx.execute(
                update(StepRow)
                .where(StepRow.run_id == run_id, StepRow.name == step, StepRow.status != "done")
                .values(status="failed", error=_words(error))
            )
            await tx.execute(
                update(RunRow)
                .where(RunRow.id == run_id, RunRow.status != "done")
                .values(status="failed")
            )
    except Exception:
        logger.exception("run failure not noted", step=step)


def _words(error: Exception) -> str:
    """Return what is said of a failure: never a statement's parameters, which are people's data."""
    if isinstance(error, TongbaoError):
        return f"{error.code}: {error.say('en')}"[:ERROR_LENGTH_MAX]
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__}{f' ({state})' if state else ''}"[:ERROR_LENGTH_MAX]


async def _finish(database: Database, run_id: UUID, name: str, day: date, *, at: datetime) -> None:
    async with database.write() as tx:
        finished = await tx.scalar(
            update(RunRow)
            .where(RunRow.id == run_id, RunRow.status != "done")
            .values(status="done", finished_at=at)
            .returning(RunRow.id)
        )
    note_finished(name, day)
    if finished is not None:
        logger.info("run done", run=name, day=str(day))


def note_finished(name: str, day: date) -> None:
    """Let this process's metrics say for which day a run of the name was finished last."""
    FINISHED.labels(name).set((day - _EPOCH).days * _DAY_SECONDS)
