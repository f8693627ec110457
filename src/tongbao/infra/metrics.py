"""Prometheus metrics of a process, or of several that serve one port.

A module declares its own with `prometheus_client` beside the code that moves them; names start
with `tongbao_<module>_` and end in their unit. With several API workers each scrape reaches only
one of them, so they count into files of a shared folder (`infra.metrics_directory`) and `render`
adds the files up; a gauge must therefore say how (`multiprocess_mode`), and no metric may be a
custom collector.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy import event

from tongbao.infra.db import Database
from tongbao.infra.metrics_directory import MULTIPROCESS_DIRECTORY

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

HTTP_REQUESTS = Counter(
    "tongbao_http_requests",
    "Requests answered, by method, route template and status",
    ("method", "route", "status"),
)
HTTP_DURATION = Histogram(
    "tongbao_http_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer",
    ("method", "route"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
HTTP_IN_FLIGHT = Gauge(
    "tongbao_http_requests_in_flight",
    "Requests being answered",
    multiprocess_mode="livesum",
)
CONNECTIONS_OPEN = Gauge(
    "tongbao_database_connections_open",
    "Connections to the database",
    multiprocess_mode="livesum",
)
CONNECTIONS_IN_USE = Gauge(
    "tongbao_database_connections_in_use",
    "Connections somebody is using",
    multiprocess_mode="livesum",
)

_LIVE_FILE: Final = re.compile(r"gauge_live\w+_(\d+)\.db")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _forget_dead(directory: str) -> None:
    """Take the gauges of workers that died out of the sum; their counters rightly stay."""
    for path in Path(directory).glob("gauge_live*.db"):
        match = _LIVE_FILE.fullmatch(path.name)
        if match is not None and not _alive(int(match[1])):
            mark_process_dead(int(match[1]), directory)  # type: ignore[no-untyped-call]


def render() -> bytes:
    """Return all metrics in Prometheus' text format (`CONTENT_TYPE`)."""
    return generate_latest(_registry())


def collected() -> Iterable[Metric]:
    """Return all metrics, of every process that serves the port; it may read files."""
    return _registry().collect()


def _registry() -> CollectorRegistry:
    directory = os.environ.get(MULTIPROCESS_DIRECTORY)
    if not directory:
        return REGISTRY
    _forget_dead(directory)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, directory)  # type: ignore[no-untyped-call]
    return registry


def watch_connections(database: Database) -> None:
    """Keep the connection gauges by the events of the pool and of the lines."""
    database.lines.watch(opened=CONNECTIONS_OPEN.inc, used=CONNECTIONS_IN_USE.inc)
    engine = database.engine.sync_engine
    for name, gauge, step in (
        ("connect", CONNECTIONS_OPEN, 1),
        ("close", CONNECTIONS_OPEN, -1),
        ("checkout", CONNECTIONS_IN_USE, 1),
        ("checkin", CONNECTIONS_IN_USE, -1),
    ):

        def count(*_: object, gauge: Gauge = gauge, step: int = step) -> None:
            gauge.inc(step)

        event.listen(engine, name, count)
