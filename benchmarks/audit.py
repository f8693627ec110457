"""What the audit trail costs a posting, and how fast it is searched.

    tongbao bench audit --json           # 1,000,000 entries, about a minute
    tongbao bench audit --deep --json    # 10,000,000 entries

`tongbao bench protect` has the same figures beside those of encryption.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.support.scene import BATCH, Scene, scene
from tongbao.core.ledger import service as ledger
from tongbao.infra import audit
from tongbao.infra.audit.searching import Criteria, search
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

ROUNDS = 60
MONTHS = 12
FILLERS = 2
SEARCHES = 15
SLICE = 250_000
ROWS = 1_000_000
DEEP_ROWS = 10_000_000


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name."""
    async with scene() as (stage, _):
        return await figures(stage, rows=DEEP_ROWS if deep else ROWS)


async def figures(stage: Scene, *, rows: int) -> dict[str, Any]:
    """Return the trail's figures on an open stage: also for `tongbao bench protect`."""
    return {**await cost(stage), **await searching(stage, rows=rows)}


async def cost(stage: Scene) -> dict[str, Any]:
    """Return what appending an entry costs in relation to booking a posting.

    Batches of a thousand on one connection, with and without their entries in turns, so that the
    disk's mood is the same for both.
    """
    client, session = new_id(), new_id()
    spent: dict[bool, list[float]] = {False: [], True: []}
    for each in range(2 * ROUNDS):
        batch = stage.batch()
        callers = [
            audit.Caller(
                actor_id=client,
                kind="service",
                session_id=session,
                address="10.1.2.3",
                device=audit.device_of("partner/1.0"),
                request_id=str(new_id()),
            )
            for _ in batch
        ]
        recorded = bool(each % 2)
        started = time.perf_counter()
        async with stage.database.write() as tx:
            at = now()
            by = callers if recorded else None
            for result in await ledger.post(tx, batch, at=at, by=by):
                result.raise_for_refusal()
        spent[recorded].append(time.perf_counter() - started)
    plain, with_entries = (statistics.median(spent[kind]) for kind in (False, True))
    return {
        "posting_us": round(plain / BATCH * 1e6, 1),
        "audit_us": round((with_entries - plain) / BATCH * 1e6, 1),
        "audit_cost_ratio": round(with_entries / plain - 1, 3),
    }


async def searching(stage: Scene, *, rows: int) -> dict[str, Any]:
    """Return how long searches of each kind take with `rows` entries over a year of months."""
    started = time.perf_counter()
    await asyncio.gather(
        *[asyncio.to_thread(_fill, stage.urls.owner, rows, part) for part in range(FILLERS)]
    )
    with psycopg.connect(stage.urls.owner, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) infra_audit")
        facts = _known(connection)
    filled_s = time.perf_counter() - started
    spent: dict[str, list[float]] = {}
    for kind, choose in _KINDS.items():
        for _ in range(SEARCHES):
            criteria = choose(facts)
            began = time.perf_counter()
            async with stage.database.read() as tx:
                await search(tx, criteria, limit=50)
            spent.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
    everything = sorted(each for times in spent.values() for each in times)
    worst = {kind: round(statistics.median(times), 1) for kind, times in spent.items()}
    return {
        "audit_rows": rows,
        "audit_search_p50_ms": round(statistics.median(everything), 1),
        "audit_search_p95_ms": round(everything[len(everything) * 95 // 100], 1),
        "audit_search_ms": worst,
        "audit_fill_s": round(filled_s),
    }


# Five thousand people and programs, a hundred thousand parties, ids that are all different, forty
# actions of which one is half of all, two in a hundred refused, one in a hundred with a reason.
_FILL = """
INSERT INTO infra_audit (at, seq, keep_years, action, outcome, code, actor_id, actor_kind,
    session_id, subject_id, object_type, object_id, reason, address, device, request_id)
SELECT CAST(%(begins)s AS timestamptz) + n * CAST(%(step)s AS interval), nextval('infra_audit_seq'),
    CASE WHEN n %% 3 = 0 THEN 5 ELSE 10 END,
    CASE WHEN n %% 2 = 0 THEN 'ledger.post_transaction' ELSE 'module.action_' || n %% 79 END,
    CASE WHEN n %% 50 = 1 THEN 'refused' ELSE 'done' END,
    CASE WHEN n %% 50 = 1 THEN 'auth.forbidden' END,
    md5('a' || hashint8(n) %% 5000)::uuid, 'staff', md5('s' || n / 100)::uuid,
    md5('p' || hashint8(n + 7) %% 100000)::uuid, 'things', gen_random_uuid()::text,
    CASE WHEN n %% 100 = 3 THEN '客户来电核对第' || n || '号' END,
    '10.' || n %% 200 || '.0.1', decode(md5('d' || n %% 1000), 'hex'), gen_random_uuid()::text
  FROM generate_series(CAST(%(first)s AS bigint), CAST(%(last)s AS bigint)) n
"""


def _fill(owner_url: str, rows: int, part: int) -> None:
    """Fill every second of the months before this one, oldest first, as time would have."""
    first = datetime(now().year - 1, now().month, 1, tzinfo=UTC)
    each = rows // MONTHS
    step = timedelta(days=28) / each
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for month in range(part, MONTHS, FILLERS):
            years, months = divmod(first.month - 1 + month, 12)
            begins = datetime(first.year + years, months + 1, 1, tzinfo=UTC)
            connection.execute("SELECT infra_audit_make_month(%s)", (begins,))
            for start in range(0, each, SLICE):
                last = min(start + SLICE, each) - 1
                values = {"begins": begins, "step": step, "first": start, "last": last}
                connection.execute(_FILL, values)


@dataclass(frozen=True)
class _Known:
    """Entries picked at random, whose facts are searched for."""

    rows: Sequence[dict[str, Any]]
    pick: random.Random

    def any(self) -> dict[str, Any]:
        return self.pick.choice(self.rows)


def _known(connection: psycopg.Connection) -> _Known:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "SELECT at, actor_id, subject_id, object_id, request_id, action, reason"
            "  FROM infra_audit TABLESAMPLE SYSTEM (0.05) LIMIT 20000"
        ).fetchall()
    return _Known(rows, random.Random(7))


def _span(facts: _Known, days: int) -> dict[str, Any]:
    at = facts.any()["at"]
    return {"since": at, "until": at + timedelta(days=days)}


def _actor(facts: _Known) -> Criteria:
    return Criteria(actor_id=facts.any()["actor_id"])


def _subject(facts: _Known) -> Criteria:
    return Criteria(subject_id=facts.any()["subject_id"])


def _object(facts: _Known) -> Criteria:
    return Criteria(object_id=facts.any()["object_id"])


def _request(facts: _Known) -> Criteria:
    return Criteria(request_id=facts.any()["request_id"])


def _action(facts: _Known) -> Criteria:
    return Criteria(action=facts.any()["action"], **_span(facts, 7))


def _day(facts: _Known) -> Criteria:
    return Criteria(**_span(facts, 1))


def _denied(facts: _Known) -> Criteria:
    return Criteria(outcome="refused", **_span(facts, 30))


def _reason(facts: _Known) -> Criteria:
    given = [row["reason"] for row in facts.rows if row["reason"]]
    return Criteria(reason=facts.pick.choice(given)[-7:])


def _actor_month(facts: _Known) -> Criteria:
    return Criteria(actor_id=facts.any()["actor_id"], outcome="refused", **_span(facts, 90))


_KINDS: dict[str, Callable[[_Known], Criteria]] = {
    "newest": lambda _: Criteria(),
    "actor": _actor,
    "subject": _subject,
    "object": _object,
    "request": _request,
    "action": _action,
    "day": _day,
    "denied": _denied,
    "reason": _reason,
    "actor_refused": _actor_month,
}
