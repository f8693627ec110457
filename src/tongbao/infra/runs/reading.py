"""Looking at runs: what was done when, how long it took, and where one stands."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from tongbao.infra.db import ReadSession
from tongbao.infra.runs.models import RunRow, StepRow
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of a run: `items` in its own units, done in so many `pieces`."""

    name: str
    status: str
    items: int
    pieces: int
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run and its steps in order."""

    id: UUID
    name: str
    day: date
    status: str
    started_at: datetime
    finished_at: datetime | None
    steps: tuple[StepView, ...]


async def list_runs(
    tx: ReadSession,
    *,
    name: str | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[RunView]:
    """Return runs with their steps, the latest begun first. Raises `kernel.page.BadCursor`."""
    query = select(RunRow).order_by(RunRow.id.desc()).limit(limit + 1)
    if name is not None:
        query = query.where(RunRow.name == name)
    if after is not None:
        query = query.where(RunRow.id < decode_cursor(after, UUID)[0])
    runs = list(await tx.scalars(query))
    steps: dict[UUID, list[StepView]] = {run.id: [] for run in runs}
    rows = await tx.scalars(
        select(StepRow).where(StepRow.run_id.in_(list(steps))).order_by(StepRow.position)
    )
    for row in rows:
        steps[row.run_id].append(_step(row))
    return Page[RunView].of(
        [_run(run, steps[run.id]) for run in runs],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def last_finished(tx: ReadSession, name: str) -> date | None:
    """Return the last day a run of this name was finished for."""
    return await tx.scalar(
        select(func.max(RunRow.day)).where(RunRow.name == name, RunRow.status == "done")
    )


def _run(row: RunRow, steps: list[StepView]) -> RunView:
    return RunView(
        id=row.id,
        name=row.name,
        day=row.day,
        status=row.status,
        started_at=row.started_at,
        finished_at=row.finished_at,
        steps=tuple(steps),
    )


def _step(row: StepRow) -> StepView:
    return StepView(
        name=row.name,
        status=row.status,
        items=row.items,
        pieces=row.pieces,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
    )
