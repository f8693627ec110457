"""Events that could not be handled: counted, retried later, parked, replayed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Row, text

from tongbao.infra.db import Database, ReadSession
from tongbao.infra.outbox import reading
from tongbao.infra.outbox.consumer import Consumer
from tongbao.infra.outbox.measures import FAILURES
from tongbao.infra.outbox.reading import StoredEvent
from tongbao.infra.retry import describe

logger = structlog.get_logger(__name__)

_COUNT: Final = text("""
    UPDATE infra_outbox_cursor SET failures = :failures, retry_at = :retry_at, error = :error
    WHERE consumer = :consumer
""")

_PARK: Final = text("""
    INSERT INTO infra_outbox_parked (consumer, seq, type, version, subject, payload, occurred_at,
        attempts, error, parked_at)
    VALUES (:consumer, :seq, :type, :version, :subject, CAST(:payload AS jsonb), :occurred_at,
        :attempts, :error, :at)
""")

_LIST: Final = text("""
    SELECT p.*, CAST(p.payload AS text) AS payload_text FROM infra_outbox_parked p
    WHERE p.consumer = :consumer AND p.seq > :after ORDER BY p.seq LIMIT :limit
""")

_UNPARK: Final = text("""
    DELETE FROM infra_outbox_parked WHERE consumer = :consumer AND seq = :seq
""")

_FAILED_AGAIN: Final = text("""
    UPDATE infra_outbox_parked SET attempts = attempts + 1, error = :error
    WHERE consumer = :consumer AND seq = :seq
""")


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """An event put aside for one consumer, with why and when."""

    event: StoredEvent
    attempts: int
    error: str
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did: numbers of events now handled, and of those that failed again."""

    handled: tuple[int, ...]
    failed: tuple[int, ...]


async def record_failure(
    database: Database, consumer: Consumer, stored: StoredEvent, error: Exception, *, at: datetime
) -> bool:
    """Count a failed attempt at `stored`; return whether it is parked now.

    Nothing is counted when another relay has moved the consumer on meanwhile.
    """
    said = describe(error)
    FAILURES.labels(consumer.name).inc()
    async with database.write() as tx:
        place = await reading.hold(tx, consumer.name)
        if place is None or place.seq >= stored.seq:
            return False
        failures = place.failures + 1
        delay = consumer.retry.delay(failures)
        if delay is not None:
            facts = {"failures": failures, "retry_at": at + delay, "error": said}
            await tx.execute(_COUNT, {"consumer": consumer.name, **facts})
        else:
            facts = {"attempts": failures, "error": said, "at": at}
            await tx.execute(_PARK, {"consumer": consumer.name, **_columns(stored), **facts})
            await reading.move(tx, consumer.name, to=stored.seq)
    log = logger.bind(consumer=consumer.name, seq=stored.seq, type=stored.type, attempts=failures)
    if delay is None:
        log.error("event parked", exc_info=error)
    else:
        log.warning("event failed", retry_in_seconds=delay.total_seconds(), exc_info=error)
    return delay is None


async def parked(
    tx: ReadSession, consumer: str, *, after: int = 0, limit: int = 100
) -> list[ParkedEvent]:
    """Return the events parked for `consumer` with numbers above `after`, oldest first."""
    rows = await tx.execute(_LIST, {"consumer": consumer, "after": after, "limit": limit})
    return [_parked(row) for row in rows]


async def replay(
    database: Database, consumer: Consumer, *, at: datetime, limit: int = 100
) -> Replayed:
    """Handle the oldest `limit` parked events of `consumer` again, in order.

    Each in its own transaction, in which it also leaves the parking place, while the relay of this
    consumer waits. One that fails stays, with the new error.
    """
    subscription = consumer.subscription()
    handled: list[int] = []
    failed: list[int] = []
    async with database.read() as tx:
        waiting = await parked(tx, consumer.name, limit=limit)
    for entry in waiting:
        key = {"consumer": consumer.name, "seq": entry.event.seq}
        try:
            async with database.write() as tx:
                await reading.hold(tx, consumer.name)
                if (await tx.execute(_UNPARK, key)).rowcount == 0:  # type: ignore[attr-defined]
                    continue
                await reading.handle(tx, subscription, entry.event, at=at)
        except Exception as error:
            logger.warning("parked event failed again", **key, exc_info=error)
            failed.append(entry.event.seq)
            async with database.write() as tx:
                await tx.execute(_FAILED_AGAIN, {**key, "error": describe(error)})
        else:
            handled.append(entry.event.seq)
    return Replayed(handled=tuple(handled), failed=tuple(failed))


def _columns(stored: StoredEvent) -> dict[str, object]:
    return {
        "seq": stored.seq,
        "type": stored.type,
        "version": stored.version,
        "subject": stored.subject,
        "payload": stored.payload,
        "occurred_at": stored.occurred_at,
    }


def _parked(row: Row[tuple[object, ...]]) -> ParkedEvent:
    event = StoredEvent(
        seq=row.seq,
        type=row.type,
        version=row.version,
        subject=row.subject,
        payload=row.payload_text,
        occurred_at=row.occurred_at,
    )
    return ParkedEvent(event=event, attempts=row.attempts, error=row.error, parked_at=row.parked_at)
