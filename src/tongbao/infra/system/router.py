"""`/api/v1/system`: queues, events, workers and answers, for staff."""

import asyncio
from datetime import timedelta
from typing import Final

from fastapi import Depends, Request

import tongbao
from tongbao.infra import metrics, outbox
from tongbao.infra.auth import require
from tongbao.infra.system import reading
from tongbao.infra.system.schemas import AnswersOut, ConsumerOut, SystemOut, TaskOut
from tongbao.infra.web import Instant, ReadTx, router

# Three of a worker's heartbeats.
HEARD_WITHIN: Final = timedelta(seconds=30)

api = router(prefix="/api/v1/system", tags=["system"])


@api.get("", dependencies=[Depends(require("system:read"))], summary="How the platform is doing")
async def look(request: Request, tx: ReadTx, at: Instant) -> SystemOut:
    """Return what waits, what failed, how far readers of events are behind, how fast answers are.

    Answers are counted since the API started; times are worked out of a histogram, so they are
    as exact as its bounds. Needs the permission `system:read`.
    """
    heard = await reading.heartbeats(tx)
    total, routes = await asyncio.to_thread(lambda: reading.answers(metrics.collected()))
    return SystemOut(
        at=at,
        started_at=request.app.state.started_at,
        version=tongbao.__version__,
        workers=sum(at - each <= HEARD_WITHIN for each in heard),
        heard_at=max(heard, default=None),
        tasks=[TaskOut.of(each, at=at) for each in await reading.tasks(tx, at=at)],
        consumers=[ConsumerOut.of(each) for each in await outbox.lag(tx, at=at)],
        answers=AnswersOut.of(total),
        routes=[AnswersOut.of(each) for each in routes],
    )
