"""Runs of a rotation: how far one is, kept in the database so that a killed one goes on.

Each batch is a short transaction that locks the run's row, does its part and moves the position.
Two processes that work on one run take turns.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from tongbao.infra.crypto.models import RotationRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

_LOCK: Final = 0x4B4553


class Rotation(StrEnum):
    """What is rotated."""

    KEYS = "keys"  # record keys are wrapped under the newest KEK
    FIELDS = "fields"  # fields are sealed anew under new record keys
    BLINDS = "blinds"  # tags are made anew under a new key of blind indexes


@dataclass(frozen=True, slots=True)
class Run:
    """One run and its counts.

    `skipped` were busy in the pass under way; `broken` did not open, counted in each pass.
    """

    id: UUID
    kind: Rotation
    target: str
    step: str
    position: str | None
    changed: int
    skipped: int
    broken: int
    started_at: datetime
    ended_at: datetime | None


async def find_open(tx: WriteSession, kind: Rotation) -> Run | None:
    """Return the run of a kind that has not ended, locked; who finds none may begin one.

    Two processes that look at the same time look one after the other.
    """
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(kind.value))))
    open_one = select(RotationRow).where(RotationRow.kind == kind, RotationRow.ended_at.is_(None))
    row = (await tx.scalars(open_one.with_for_update())).one_or_none()
    return None if row is None else _run(row)


async def begin(tx: WriteSession, kind: Rotation, *, target: str, step: str, at: datetime) -> Run:
    """Begin a run where none is open."""
    run_id = new_id()
    made = insert(RotationRow).values(
        id=run_id, kind=kind, target=target, step=step, started_at=at, updated_at=at
    )
    await tx.execute(made)
    return await locked(tx, run_id)


async def locked(tx: WriteSession, run_id: UUID) -> Run:
    """Return a run as it is now; nobody else moves it until the transaction ends."""
    row = select(RotationRow).where(RotationRow.id == run_id).with_for_update()
    return _run((await tx.scalars(row.execution_options(populate_existing=True))).one())


async def move(
    tx: WriteSession,
    run: Run,
    *,
    step: str,
    position: str | None,
    changed: int = 0,
    skipped: int = 0,
    broken: int = 0,
    ended: bool = False,
    at: datetime,
) -> Run:
    """Write down how far a locked run is and return it; what changed and broke is added."""
    await tx.execute(
        update(RotationRow)
        .where(RotationRow.id == run.id)
        .values(
            step=step,
            position=position,
            changed=run.changed + changed,
            skipped=skipped,
            broken=run.broken + broken,
            updated_at=at,
            ended_at=at if ended else None,
        )
    )
    return await locked(tx, run.id)


async def latest(tx: ReadSession) -> list[Run]:
    """Return the last run of each kind."""
    rows = (
        select(RotationRow)
        .ext(distinct_on(RotationRow.kind))
        .order_by(RotationRow.kind, RotationRow.started_at.desc(), RotationRow.id.desc())
    )
    return [_run(row) for row in await tx.scalars(rows)]


def _run(row: RotationRow) -> Run:
    return Run(
        id=row.id,
        kind=Rotation(row.kind),
        target=row.target,
        step=row.step,
        position=row.position,
        changed=row.changed,
        skipped=row.skipped,
        broken=row.broken,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
