"""What a request leaves behind when it is over: a line in the access log, and the metrics."""

from functools import lru_cache
from typing import Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import Scope

from tongbao.infra import log, metrics
from tongbao.infra.web.routes import template_of

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = ("/health/", "/metrics")

_log = structlog.stdlib.get_logger(__name__)


def record(scope: Scope, status: int, seconds: float) -> None:
    """Write the line and count: the route's template, never path or query."""
    route = template_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    requests, duration = _meters(method, route, status)
    requests.inc()
    state = scope["state"]
    if "streamed" not in state:  # how long somebody listened is no time to answer
        duration.observe(seconds)
    actor = state.get("actor")
    request = log.RequestFacts(
        method=method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 1),
        problem=state.get("problem_code"),
        actor_id=None if actor is None else actor.id,
        request_id=state["request_id"],
        logger=__name__,
    )
    lines = log.json_lines()
    if lines is None or route.startswith(_QUIET):
        _log_request(request)
    else:
        lines.write_request(request)


def _log_request(request: log.RequestFacts) -> None:
    """Write the line as any other event; the request's id is bound to the context."""
    write = _log.debug if request.route.startswith(_QUIET) else _log.info
    write(
        "request",
        method=request.method,
        route=request.route,
        status=request.status,
        duration_ms=request.duration_ms,
        problem=request.problem,
        actor_id=None if request.actor_id is None else str(request.actor_id),
    )


@lru_cache(maxsize=10_000)  # all there are: methods and routes are few, and so are statuses
def _meters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return the metrics of an answer; looking them up by their labels costs more than counting."""
    return (
        metrics.HTTP_REQUESTS.labels(method, route, str(status)),
        metrics.HTTP_DURATION.labels(method, route),
    )
