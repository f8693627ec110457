"""`/api/v1/runs`: what was done with each day, how far a run is, and starting one."""

from typing import Annotated

from fastapi import Depends, Query, status

from tongbao.infra.auth import require
from tongbao.infra.runs import reading, registry
from tongbao.infra.runs.schemas import RunOut, RunStarted, RunWish
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/runs", tags=["runs"])

MAY_READ = [Depends(require("runs:read"))]
MAY_START = [Depends(require("runs:start"))]


@api.get("", dependencies=MAY_READ, summary="Runs and their steps, the latest first")
async def list_runs(
    tx: ReadTx,
    name: Annotated[
        str | None, Query(max_length=100, description="Only of this work", examples=["end_of_day"])
    ] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[RunOut]:
    """Return what was done with each day: steps, how much they did, how long they took.

    Problems: `page.bad_cursor`. Needs the permission `runs:read`.
    """
    page = await reading.list_runs(tx, name=name, after=after, limit=limit)
    return Page[RunOut](items=[RunOut.of(each) for each in page.items], next=page.next)


@api.post(
    "",
    dependencies=MAY_START,
    summary="Have a run started or go on",
    status_code=status.HTTP_202_ACCEPTED,
)
async def start_run(
    body: RunWish, tx: WriteTx, at: Instant, language: RequestLanguage
) -> RunStarted:
    """Have a worker do what is missing; what was done is not done again.

    Problems: `runs.unknown_work`, `runs.day_not_over`, `runs.day_out_of_order`. Needs the
    permission `runs:start`.
    """
    work = await registry.start(tx, name=body.name, day=body.day, at=at)
    return RunStarted.of(work, body.day, language)
