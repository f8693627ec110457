"""How far consumers are behind, for Prometheus and for people; removing what all have read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy import text

from tongbao.infra.db import ReadSession, WriteSession

COUNTED_MAX: Final = 100_000
PRUNED_MAX: Final = 10_000

HANDLED: Final = Counter(
    "tongbao_outbox_handled_events", "Events handled and committed", ["consumer"]
)
FAILURES: Final = Counter(
    "tongbao_outbox_failed_attempts", "Failed attempts at events", ["consumer"]
)

# Every process that serves a consumer measures the same, so any of their values will do.
LAG_EVENTS: Final = Gauge(
    "tongbao_outbox_lag_events",
    f"Events not yet read, at most {COUNTED_MAX}",
    ["consumer"],
    multiprocess_mode="mostrecent",
)
LAG_SECONDS: Final = Gauge(
    "tongbao_outbox_lag_seconds",
    "Age of the oldest event not yet read",
    ["consumer"],
    multiprocess_mode="mostrecent",
)
PARKED: Final = Gauge(
    "tongbao_outbox_parked_events", "Events put aside", ["consumer"], multiprocess_mode="mostrecent"
)

# Counts what is visible, settled or not, so that a transaction that holds the log back shows.
_LAG: Final = text("""
    SELECT c.consumer, c.failures,
        (SELECT count(*) FROM
            (SELECT FROM infra_outbox o WHERE o.seq > c.seq LIMIT :counted_max) unread) AS events,
        (SELECT o.occurred_at FROM infra_outbox o WHERE o.seq > c.seq ORDER BY o.seq LIMIT 1)
            AS oldest_at,
        (SELECT count(*) FROM infra_outbox_parked p WHERE p.consumer = c.consumer) AS parked
    FROM infra_outbox_cursor c ORDER BY c.consumer
""")

_PRUNE: Final = text("""
    DELETE FROM infra_outbox WHERE seq IN (
        SELECT o.seq FROM infra_outbox o
        WHERE o.seq <= (SELECT min(c.seq) FROM infra_outbox_cursor c) AND o.occurred_at < :before
        ORDER BY o.seq LIMIT :pruned_max
    )
""")


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one consumer is behind."""

    consumer: str
    events: int
    seconds: float
    failures: int
    parked: int


async def lag(tx: ReadSession, *, at: datetime) -> list[Lag]:
    """Return the lag of every consumer that has a place; `events` stops at `COUNTED_MAX`."""
    rows = await tx.execute(_LAG, {"counted_max": COUNTED_MAX})
    return [
        Lag(
            consumer=row.consumer,
            events=row.events,
            seconds=0.0
            if row.oldest_at is None
            else max(0.0, (at - row.oldest_at).total_seconds()),
            failures=row.failures,
            parked=row.parked,
        )
        for row in rows
    ]


def show(lags: list[Lag]) -> None:
    """Set the gauges."""
    for one in lags:
        LAG_EVENTS.labels(one.consumer).set(one.events)
        LAG_SECONDS.labels(one.consumer).set(one.seconds)
        PARKED.labels(one.consumer).set(one.parked)


async def prune(tx: WriteSession, *, before: datetime) -> int:
    """Remove the oldest events that happened before `before` and that every consumer has read.

    At most `PRUNED_MAX` a call; return how many. Without consumers nothing is removed. A consumer
    that no longer exists keeps everything it did not read: `forget` it.
    """
    done = await tx.execute(_PRUNE, {"before": before, "pruned_max": PRUNED_MAX})
    removed: int = done.rowcount  # type: ignore[attr-defined]
    return removed


async def forget(tx: WriteSession, consumer: str) -> None:
    """Remove the place of a consumer that no longer exists; what it parked stays."""
    await tx.execute(
        text("DELETE FROM infra_outbox_cursor WHERE consumer = :consumer"), {"consumer": consumer}
    )
