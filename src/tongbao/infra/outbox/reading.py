"""The log as one consumer sees it: its place, the next events, handling one of them.

Why no event is skipped. Numbers are handed out before commit, so "everything after the last number
I saw" would jump over a transaction that commits late. A reader therefore never looks beyond the
settled number (`settled`), below which nothing can appear any more; `sql/outbox.sql` says how that
number is known. Where transactions roll back, numbers are missing for ever, which is harmless.

Why the order is right. Who appends after changing a thing (and so while holding its row lock) gets
a greater number than everyone who changed it before. Reading by number is reading in that order.
Ordering by transaction id instead, and waiting for `pg_snapshot_xmin`, skips nothing either, but a
transaction gets its id when it first writes, which may be long before it reaches the thing: its
event would come before the event of the change it built upon. It would also wait for every long
transaction of the server, not only for those that append, and ids start anew in a restored dump,
whereas the sequence is restored with it. `tests/concurrency/test_outbox.py` shows both failures.

What restores the numbers: `pg_dump` and physical backups carry the sequence; logical replication
does not, there set it beyond `max(seq)` before the first append.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ARRAY, Row, Text, bindparam, text

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.outbox.consumer import Consumer, Occurrence, Subscribed
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text as Words

Subscription = Mapping[str, Subscribed]


class UnknownVersion(TongbaoError):
    """The stored event has a version that this program does not read."""

    code = "outbox.unknown_version"
    kind = Kind.UNAVAILABLE
    title = Words(zh="事件版本未知", en="Unknown event version")
    detail = Words(
        zh="事件 {type} 的版本 {version} 无法读取",
        en="Version {version} of event {type} cannot be read",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """How far a consumer has read, and how often it failed at the event that follows."""

    seq: int
    failures: int


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies in the log; `payload` is JSON text."""

    seq: int
    type: str
    version: int
    subject: str
    payload: str
    occurred_at: datetime


_SETTLED: Final = text("SELECT infra_outbox_settled_seq()")

_REGISTER: Final = text("""
    INSERT INTO infra_outbox_cursor (consumer, seq)
    VALUES (:consumer, CASE WHEN :from_now THEN infra_outbox_settled_seq() ELSE 0 END)
    ON CONFLICT (consumer) DO NOTHING
""")

# Locks only a consumer that has something to read, so looking in vain writes nothing.
_TAKE: Final = text("""
    SELECT c.seq, c.failures FROM infra_outbox_cursor c
    WHERE c.consumer = :consumer AND (c.retry_at IS NULL OR c.retry_at <= :at)
        AND EXISTS (SELECT FROM infra_outbox o WHERE o.seq > c.seq AND o.seq <= :up_to)
    FOR UPDATE OF c SKIP LOCKED
""")

_HOLD: Final = text("""
    SELECT c.seq, c.failures FROM infra_outbox_cursor c WHERE c.consumer = :consumer FOR UPDATE
""")

# The payload is fetched for the subscribed types only; the others are passed over.
_READ: Final = text("""
    SELECT o.seq, o.type, o.version, o.subject, o.occurred_at,
        CASE WHEN o.type = ANY(:types) THEN CAST(o.payload AS text) END AS payload
    FROM infra_outbox o
    WHERE o.seq > :after AND o.seq <= :up_to
    ORDER BY o.seq
    LIMIT :limit
""").bindparams(bindparam("types", type_=ARRAY(Text)))

_MOVE: Final = text("""
    UPDATE infra_outbox_cursor SET seq = :seq, failures = 0, retry_at = NULL, error = NULL
    WHERE consumer = :consumer
""")


async def settled(tx: ReadSession) -> int:
    """Return the number up to which the log is final.

    It stays true for ever. Events are to be read in a later transaction or statement (of READ
    COMMITTED) than this one, so that they are visible.
    """
    number: int = (await tx.execute(_SETTLED)).scalar_one()
    return number


async def register(tx: WriteSession, consumer: Consumer) -> None:
    """Give a consumer that has no place yet the one it declares.

    One that starts "now" may see events of transactions that are open at this moment.
    """
    await tx.execute(_REGISTER, {"consumer": consumer.name, "from_now": consumer.start == "now"})


async def take(tx: WriteSession, consumer: str, *, up_to: int, at: datetime) -> Place | None:
    """Lock the consumer's place for this transaction.

    None when there is nothing to read up to `up_to`, when it is not yet time to try again after a
    failure, or when another relay holds it.
    """
    row = (await tx.execute(_TAKE, {"consumer": consumer, "up_to": up_to, "at": at})).one_or_none()
    return None if row is None else Place(seq=row.seq, failures=row.failures)


async def hold(tx: WriteSession, consumer: str) -> Place | None:
    """Lock the consumer's place, waiting for whoever holds it; None when it has none."""
    row = (await tx.execute(_HOLD, {"consumer": consumer})).one_or_none()
    return None if row is None else Place(seq=row.seq, failures=row.failures)


async def read(
    tx: ReadSession, types: list[str], *, after: int, up_to: int, limit: int
) -> list[tuple[int, StoredEvent | None]]:
    """Return the next `limit` numbers with their events; None where the type is not in `types`."""
    rows = await tx.execute(_READ, {"types": types, "after": after, "up_to": up_to, "limit": limit})
    return [(row.seq, None if row.payload is None else _stored(row)) for row in rows]


def _stored(row: Row[tuple[object, ...]]) -> StoredEvent:
    return StoredEvent(
        seq=row.seq,
        type=row.type,
        version=row.version,
        subject=row.subject,
        payload=row.payload,
        occurred_at=row.occurred_at,
    )


async def move(tx: WriteSession, consumer: str, *, to: int) -> None:
    """Set the consumer's place: everything up to `to` is done with."""
    await tx.execute(_MOVE, {"consumer": consumer, "seq": to})


async def handle(
    tx: WriteSession, subscription: Subscription, stored: StoredEvent, *, at: datetime
) -> None:
    """Run the handler of one event; `UnknownVersion` when its version is not the program's."""
    event_type, handler, whole = subscription[stored.type]
    if stored.version != event_type.version:
        raise UnknownVersion(type=stored.type, version=stored.version)
    event = event_type.model_validate_json(stored.payload)
    told = Occurrence(stored.seq, event, stored.occurred_at) if whole else event
    await handler(tx, told, at)
