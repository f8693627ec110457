"""Late is what could have run, slow what a histogram says; nothing else is told."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram

from tongbao.infra import jobs
from tongbao.infra.db import WriteSession
from tongbao.infra.system import reading

NAME = "test_system.unknown_here"
AT = datetime(2031, 1, 2, 3, 4, tzinfo=UTC)


async def test_what_could_have_run_is_late_and_what_waits_for_its_time_is_not(
    tx: WriteSession,
) -> None:
    await jobs.defer(tx, NAME, {}, at=AT - timedelta(minutes=5))
    await jobs.defer(tx, NAME, {}, at=AT - timedelta(minutes=1))
    await jobs.defer(tx, NAME, {}, at=AT + timedelta(seconds=1))
    (found,) = [each for each in await reading.tasks(tx, at=AT) if each.task == NAME]
    assert (found.waiting, found.scheduled, found.running, found.failed) == (2, 1, 0, 0)
    assert found.oldest_at == AT - timedelta(minutes=5)


async def test_a_job_without_a_time_waits_since_it_was_enqueued(tx: WriteSession) -> None:
    await jobs.defer(tx, NAME, {})
    (found,) = [each for each in await reading.tasks(tx, at=AT) if each.task == NAME]
    assert found.waiting == 1
    assert found.oldest_at is not None
    assert found.oldest_at < AT


async def test_a_job_that_is_done_is_not_told_of(tx: WriteSession) -> None:
    await jobs.defer(tx, NAME, {}, lock=NAME)
    await jobs.cancel(tx, lock=NAME)
    assert NAME not in [each.task for each in await reading.tasks(tx, at=AT)]


def test_answers_are_counted_by_route_and_probes_are_left_out() -> None:
    registry = CollectorRegistry()
    requests = Counter(
        "tongbao_http_requests", "", ["method", "route", "status"], registry=registry
    )
    took = Histogram(
        "tongbao_http_request_duration_seconds",
        "",
        ["method", "route"],
        buckets=(0.1, 1.0),
        registry=registry,
    )
    for route, status, seconds in (
        ("/quick", "200", 0.05),
        ("/quick", "404", 0.05),
        ("/slow", "503", 0.5),
        ("/health/live", "200", 9.0),
    ):
        requests.labels("GET", route, status).inc()
        took.labels("GET", route).observe(seconds)
    total, routes = reading.answers(registry.collect())
    assert (total.requests, total.refused, total.errors) == (3, 1, 1)
    assert [each.route for each in routes] == ["/slow", "/quick"]
    assert total.p99_ms > 900
    assert routes[1].p95_ms == 95


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(50, 100), (75, 550), (95, 1000), (100, 1000)],
)
def test_a_quantile_lies_within_its_bucket_and_not_beyond_the_last_bound(
    percent: int, expected: int
) -> None:
    buckets = [(0.1, 50.0), (1.0, 100.0 if percent == 75 else 90.0), (float("inf"), 100.0)]
    assert reading.quantile_ms(buckets, percent) == expected


def test_nothing_asked_takes_no_time() -> None:
    assert reading.quantile_ms([], 95) == 0
    assert reading.quantile_ms([(0.1, 0.0), (float("inf"), 0.0)], 95) == 0
