"""The live feed: one numbered list of events for each person who watches.

Numbers are given under the lock of the reader's row, so for each person they are in the order in
which they become visible, and have no gaps: whoever has seen 7 and finds 9 next has missed
something that is gone, and is told to start anew. For people who do not watch nothing is written.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from tongbao.engagement.notices.models import ReaderRow
from tongbao.infra.db import ReadSession, WriteSession

CHANNEL: Final = "notices_feed"
PAGE: Final = 50  # events given to a stream at a time
BEHIND_MAX: Final = 1_000  # who has missed more is better off asking for everything
LAPSE: Final = timedelta(hours=1)  # how long the feed is written on for somebody who has gone
SEEN_EVERY: Final = timedelta(minutes=1)
LAPSED_MAX: Final = 1_000

_LOCK: Final = text("""
    SELECT r.user_id FROM notices_reader r
    WHERE r.user_id = ANY(:users) AND r.watching
    ORDER BY r.user_id FOR UPDATE
""").bindparams(bindparam("users", type_=ARRAY(Uuid)))

_APPEND: Final = text("""
    WITH given AS (
        SELECT (g ->> 'user_id')::uuid AS user_id, g ->> 'kind' AS kind, g -> 'data' AS data,
            row_number() OVER (PARTITION BY g ->> 'user_id' ORDER BY position) AS place
        FROM jsonb_array_elements(CAST(:given AS jsonb)) WITH ORDINALITY AS e (g, position)
    ), moved AS (
        UPDATE notices_reader r SET last_seq = r.last_seq + c.number
        FROM (SELECT user_id, count(*) AS number FROM given GROUP BY user_id) c
        WHERE r.user_id = c.user_id
        RETURNING r.user_id, r.last_seq - c.number AS before
    ), written AS (
        INSERT INTO notices_feed (user_id, seq, kind, data, written_at)
        SELECT m.user_id, m.before + g.place, g.kind, g.data, :at
        FROM given g JOIN moved m ON m.user_id = g.user_id
    )
    SELECT pg_notify(:channel, '')
""")

_READ: Final = text("""
    SELECT w.stream, r.last_seq, f.seq, f.kind, f.data
    FROM unnest(:streams, :users, :after) AS w (stream, user_id, after)
    JOIN notices_reader r ON r.user_id = w.user_id AND r.last_seq <> w.after
    LEFT JOIN LATERAL (
        SELECT f.seq, f.kind, f.data FROM notices_feed f
        WHERE f.user_id = w.user_id AND f.seq > w.after
        ORDER BY f.seq LIMIT :page
    ) f ON true
    ORDER BY w.stream, f.seq
""").bindparams(
    bindparam("streams", type_=ARRAY(BigInteger)),
    bindparam("users", type_=ARRAY(Uuid)),
    bindparam("after", type_=ARRAY(BigInteger)),
)

_SEEN: Final = text("""
    UPDATE notices_reader SET seen_at = :at WHERE user_id IN (
        SELECT user_id FROM notices_reader
        WHERE user_id = ANY(:users) AND watching AND seen_at < :before
        FOR UPDATE SKIP LOCKED
    )
""").bindparams(bindparam("users", type_=ARRAY(Uuid)))

_LAPSE: Final = text("""
    WITH gone AS (
        UPDATE notices_reader SET watching = false, last_seq = last_seq + 1 WHERE user_id IN (
            SELECT user_id FROM notices_reader WHERE watching AND seen_at < :before
            ORDER BY seen_at LIMIT :most FOR UPDATE SKIP LOCKED
        ) RETURNING user_id
    ), removed AS (
        DELETE FROM notices_feed f USING gone g WHERE f.user_id = g.user_id
    )
    SELECT count(*) FROM gone
""")


class Item(NamedTuple):
    """What a person's page is to know; `data["words"]` are said in the page's language."""

    user_id: UUID
    kind: str
    data: dict[str, Any]


class Fed(NamedTuple):
    """One event of a feed, with its number."""

    seq: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missed:
    """What somebody has missed: the next events, or (`reset`) more than can be told.

    `upto` is the number to go on from.
    """

    events: Sequence[Fed]
    reset: bool
    upto: int


async def append(tx: WriteSession, items: Sequence[Item], *, at: datetime) -> None:
    """Write events for those of the people who watch, and wake the streams when `tx` commits."""
    if not items:
        return
    users = sorted({each.user_id for each in items})
    watching = set(await tx.scalars(_LOCK, {"users": users}))
    given = [
        {"user_id": str(each.user_id), "kind": each.kind, "data": each.data}
        for each in items
        if each.user_id in watching
    ]
    if given:
        facts = {"given": json.dumps(given), "at": at, "channel": CHANNEL}
        await tx.execute(_APPEND, facts)


async def watched(tx: ReadSession) -> bool:
    """Tell whether anybody watches."""
    found = await tx.scalar(select(ReaderRow.user_id).where(ReaderRow.watching).limit(1))
    return found is not None


async def watching(tx: ReadSession, user_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of some people watch."""
    found = await tx.scalars(
        select(ReaderRow.user_id).where(ReaderRow.user_id.in_(list(user_ids)), ReaderRow.watching)
    )
    return frozenset(found)


async def watch(tx: WriteSession, *, user_id: UUID, at: datetime) -> int:
    """Have the feed of a person written from now on; return the number of its last event.

    What is committed after this transaction is either in the feed or, if its event was being
    handled meanwhile, seen by whoever looks after it.
    """
    new = insert(ReaderRow).values(user_id=user_id, watching=True, last_seq=0, seen_at=at)
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=["user_id"],
            set_={"watching": True, "seen_at": new.excluded.seen_at},
            where=~ReaderRow.watching | (ReaderRow.seen_at < at - SEEN_EVERY),
        )
    )
    last: int | None = await tx.scalar(
        select(ReaderRow.last_seq).where(ReaderRow.user_id == user_id)
    )
    assert last is not None
    return last


async def missed(tx: ReadSession, wanted: Sequence[tuple[int, UUID, int]]) -> dict[int, Missed]:
    """Return what each of some streams has missed, given as (stream, person, last number seen).

    One query, whatever their number. Streams that have missed nothing are left out.
    """
    rows = await tx.execute(
        _READ,
        {
            "streams": [stream for stream, _, _ in wanted],
            "users": [user_id for _, user_id, _ in wanted],
            "after": [after for _, _, after in wanted],
            "page": PAGE,
        },
    )
    last: dict[int, int] = {}
    events: dict[int, list[Fed]] = {}
    for row in rows:
        last[row.stream] = row.last_seq
        found = events.setdefault(row.stream, [])
        if row.seq is not None:
            found.append(Fed(row.seq, row.kind, row.data))
    after = {stream: number for stream, _, number in wanted}
    return {
        stream: _missed(events[stream], after=after[stream], last=last[stream]) for stream in last
    }


def _missed(events: Sequence[Fed], *, after: int, last: int) -> Missed:
    whole = bool(events) and events[0].seq == after + 1 and last - after <= BEHIND_MAX
    if not whole:  # pruned, lapsed, too many, or a number that was never given out
        return Missed((), reset=True, upto=last)
    return Missed(events, reset=False, upto=events[-1].seq)


async def seen(tx: WriteSession, *, user_ids: Collection[UUID], at: datetime) -> None:
    """Note that people still watch."""
    facts = {"users": sorted(set(user_ids)), "at": at, "before": at - SEEN_EVERY}
    await tx.execute(_SEEN, facts)


async def lapse(tx: WriteSession, *, at: datetime) -> int:
    """Stop writing for people who have been away for `LAPSE`; return for how many.

    The number left out tells them, should they come back, that something is missing.
    """
    found: int = (await tx.execute(_LAPSE, {"before": at - LAPSE, "most": LAPSED_MAX})).scalar_one()
    return found
