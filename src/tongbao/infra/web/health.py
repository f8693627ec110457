"""Is the process alive, can it serve, and its metrics. Open to everyone: nothing personal in it.

A gateway should not pass these addresses on to the outside.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from tongbao.infra import metrics
from tongbao.infra.db import Database

PROBE_SECONDS_MAX: Final = 2

Probe = Callable[[], Awaitable[None]]
"""Raises when something the API needs is not there, for example a migration."""

_log = structlog.stdlib.get_logger(__name__)


class Readiness(BaseModel):
    """Whether this process can serve, and which check says no."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, Literal["ok", "failed"]]


async def _passes(name: str, probe: Probe) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS_MAX):
            await probe()
    except Exception:  # noqa: BLE001 - a probe says no by failing, however it fails
        # Why is for the log; the answer is open to everyone.
        _log.exception("readiness_check_failed", check=name)
        return False
    return True


def health_routes(probes: Mapping[str, Probe]) -> APIRouter:
    """Return `/health/live`, `/health/ready` and `/metrics`.

    Readiness asks the database at `app.state.database` and each of `probes`.
    """
    routes = APIRouter(include_in_schema=False)

    @routes.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/health/ready")
    async def ready(request: Request, response: Response) -> Readiness:
        async def database() -> None:
            found: Database = request.app.state.database
            await found.ping()

        every = {"database": database, **probes}
        passed = await asyncio.gather(*(_passes(name, probe) for name, probe in every.items()))
        response.status_code = 200 if all(passed) else 503
        return Readiness(
            status="ready" if all(passed) else "not_ready",
            checks={
                name: "ok" if good else "failed" for name, good in zip(every, passed, strict=True)
            },
        )

    @routes.get("/metrics")
    async def scrape() -> Response:
        text = await asyncio.to_thread(metrics.render)
        return Response(text, media_type=metrics.CONTENT_TYPE)

    return routes
