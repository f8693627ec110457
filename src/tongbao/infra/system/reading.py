"""What there is to see: jobs and workers from the database, answers from this process's metrics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from prometheus_client import Metric
from sqlalchemy import text

from tongbao.infra.db import ReadSession

QUIET: Final = ("/health/", "/metrics")
ROUTES_MAX: Final = 30
_SERVER_ERROR, _REFUSAL = "5", "4"
Key = TypeVar("Key")

# A job that waits for a moment yet to come is not late.
_TASKS: Final = text("""
    SELECT j.task_name AS task,
        count(*) FILTER (WHERE j.status = 'todo' AND due.at <= :at) AS waiting,
        count(*) FILTER (WHERE j.status = 'todo' AND due.at > :at) AS scheduled,
        count(*) FILTER (WHERE j.status = 'doing') AS running,
        count(*) FILTER (WHERE j.status = 'failed') AS failed,
        min(due.at) FILTER (WHERE j.status = 'todo' AND due.at <= :at) AS oldest_at
    FROM procrastinate_jobs j
    CROSS JOIN LATERAL (
        SELECT coalesce(j.scheduled_at, (
            SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id
        ), :at) AS at
    ) due
    WHERE j.status IN ('todo', 'doing', 'failed')
    GROUP BY j.task_name ORDER BY failed DESC, oldest_at NULLS LAST, j.task_name
""")
_WORKERS: Final = text("SELECT last_heartbeat FROM procrastinate_workers ORDER BY id")


@dataclass(frozen=True, slots=True)
class TaskView:
    """Jobs of one task; `oldest_at` is since when the longest-waiting one could have run."""

    task: str
    waiting: int
    scheduled: int
    running: int
    failed: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How requests of one route, or of all, were answered; quantiles in milliseconds."""

    method: str
    route: str
    requests: int
    refused: int
    errors: int
    p50_ms: int
    p95_ms: int
    p99_ms: int


async def tasks(tx: ReadSession, *, at: datetime) -> list[TaskView]:
    """Return every task with jobs that wait, run or have failed; failures and delays first."""
    rows = await tx.execute(_TASKS, {"at": at})
    return [TaskView(**row) for row in rows.mappings()]


async def heartbeats(tx: ReadSession) -> list[datetime]:
    """Return when each worker last said that it lives; one that was killed is soon forgotten."""
    return list((await tx.execute(_WORKERS)).scalars())


def answers(families: Iterable[Metric]) -> tuple[Answers, list[Answers]]:
    """Return how all requests were answered, and those of each route, the slowest first."""
    counts: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    buckets: dict[tuple[str, str], dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for sample in (sample for family in families for sample in family.samples):
        route = sample.labels.get("route", "")
        if route.startswith(QUIET):
            continue
        key = (sample.labels.get("method", ""), route)
        if sample.name == "tongbao_http_requests_total":
            counts[key][sample.labels["status"][0]] += sample.value
        elif sample.name == "tongbao_http_request_duration_seconds_bucket":
            buckets[key][float(sample.labels["le"])] += sample.value
    routes = [_answers(*key, counts[key], buckets[key]) for key in counts]
    routes.sort(key=lambda each: (each.p95_ms, each.requests), reverse=True)
    total = _answers("", "", _sum(counts.values()), _sum(buckets.values()))
    return total, routes[:ROUTES_MAX]


def _answers(
    method: str, route: str, counts: Mapping[str, float], buckets: Mapping[float, float]
) -> Answers:
    rising = sorted(buckets.items())
    return Answers(
        method=method,
        route=route,
        requests=round(sum(counts.values())),
        refused=round(counts.get(_REFUSAL, 0)),
        errors=round(counts.get(_SERVER_ERROR, 0)),
        p50_ms=quantile_ms(rising, 50),
        p95_ms=quantile_ms(rising, 95),
        p99_ms=quantile_ms(rising, 99),
    )


def quantile_ms(buckets: Sequence[tuple[float, float]], percent: int) -> int:
    """Return the time within which so many percent were answered, as histograms tell it.

    `buckets` are upper bounds in seconds with how many took no longer, rising. Within a bucket
    times are taken to be spread evenly; what lies beyond the last bound is told as that bound.
    """
    if not buckets or buckets[-1][1] == 0:
        return 0
    wanted = buckets[-1][1] * percent / 100
    below, fewer = 0.0, 0.0
    for bound, many in buckets:
        if bound == float("inf"):
            break
        if many >= wanted:
            share = (wanted - fewer) / (many - fewer) if many > fewer else 1.0
            return round((below + (bound - below) * share) * 1000)
        below, fewer = bound, many
    return round(below * 1000)


def _sum(all_: Iterable[Mapping[Key, float]]) -> dict[Key, float]:
    total: dict[Key, float] = defaultdict(float)
    for each in all_:
        for key, value in each.items():
            total[key] += value
    return total
