"""Watching the trail for patterns, behind the settled number, each entry once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import outbox
from tongbao.infra.audit.errors import AlertClosed, AlertNotFound
from tongbao.infra.audit.events import AlertOpened
from tongbao.infra.audit.models import AlertRow, WatchRow
from tongbao.infra.audit.patterns import (
    DENIED_ACTOR,
    DENIED_ADDRESS,
    MASS_REVEAL,
    OUT_OF_HOURS,
    Pattern,
    Rule,
    Seen,
    Thresholds,
    judge,
)
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import Calendar
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

WATCH: Final = "alerts"
ENTRIES_MAX: Final = 20_000
"""Entries that one run looks at; the next run goes on."""

OPEN: Final = Gauge(
    "tongbao_audit_alerts_open",
    "Alerts of the audit trail that nobody has closed yet",
    multiprocess_mode="mostrecent",
)

# What each rule is about, and whom.
_DENIED: Final = (
    "e.outcome = 'refused' AND (e.code LIKE 'auth.%' OR e.code LIKE '%not\\_found'"
    " OR e.code LIKE '%.unknown\\_%')"
)
_ABOUT: Final[Mapping[str, tuple[str, str]]] = {
    MASS_REVEAL: ("e.outcome = 'done' AND e.action LIKE '%.revealed'", "e.actor_id::text"),
    OUT_OF_HOURS: (
        "e.outcome = 'done' AND e.actor_roles LIKE '%administrator%' AND e.actor_kind = 'staff'",
        "e.actor_id::text",
    ),
    DENIED_ACTOR: (_DENIED, "e.actor_id::text"),
    DENIED_ADDRESS: (_DENIED, "e.address"),
}
_SETTLED: Final = text("SELECT infra_audit_settled()")

_log = structlog.stdlib.get_logger(__name__)


async def watch(
    tx: WriteSession, *, thresholds: Thresholds, calendar: Calendar, at: datetime
) -> int:
    """Look at the next entries, open an alert for each pattern; return how many entries it was.

    Entries are looked at once however often this runs: the place moves in the same transaction.
    """
    first = insert(WatchRow).values(name=WATCH, seq=0).on_conflict_do_nothing()
    await tx.execute(first)
    place = await tx.scalar(select(WatchRow.seq).where(WatchRow.name == WATCH).with_for_update())
    assert place is not None
    settled = await tx.scalar(_SETTLED) or 0
    until = min(settled, place + ENTRIES_MAX)
    if until <= place:
        return 0
    for rule in thresholds.rules():
        seen = await _seen(tx, rule, after=place, until=until)
        if rule.name == OUT_OF_HOURS:
            seen = [each for each in seen if thresholds.out_of_hours(each.at, calendar)]
        if seen:
            quiet = await _quiet_until(tx, rule, {each.who for each in seen})
            await _open(tx, judge(rule, seen, quiet_until=quiet, after=place), at=at)
    await tx.execute(update(WatchRow).where(WatchRow.name == WATCH).values(seq=until))
    return until - place


async def _seen(tx: ReadSession, rule: Rule, *, after: int, until: int) -> list[Seen]:
    """Return the new entries of a rule, and the ones before that may count with them."""
    condition, who = _ABOUT[rule.name]
    columns = f"SELECT e.seq, e.at, {who} AS who FROM infra_audit e WHERE {condition}"  # noqa: S608
    new = await tx.execute(
        text(f"{columns} AND {who} IS NOT NULL AND e.seq > :after AND e.seq <= :until"),
        {"after": after, "until": until},
    )
    found = [Seen(row.seq, row.at, row.who) for row in new]
    if not found or rule.entries_min == 1:
        return found
    before = await tx.execute(
        text(
            f"{columns} AND {who} = ANY(:who) AND e.seq <= :after"
            " AND e.at > :since AND e.at <= :until"
        ),
        {
            "after": after,
            "who": sorted({each.who for each in found}),
            "since": min(each.at for each in found) - rule.within,
            "until": max(each.at for each in found),
        },
    )
    return [*found, *(Seen(row.seq, row.at, row.who) for row in before)]


async def _quiet_until(tx: ReadSession, rule: Rule, who: set[str]) -> dict[str, datetime]:
    rows = await tx.execute(
        select(AlertRow.who, func.max(AlertRow.quiet_until))
        .where(AlertRow.rule == rule.name, AlertRow.who.in_(sorted(who)))
        .group_by(AlertRow.who)
    )
    return {row[0]: row[1] for row in rows}


async def _open(tx: WriteSession, found: Sequence[Pattern], *, at: datetime) -> None:
    if not found:
        return
    rows = [
        {
            "id": new_id(),
            "rule": each.rule,
            "who": each.who,
            "entries": each.entries,
            "first_seq": each.first.seq,
            "last_seq": each.last.seq,
            "began_at": each.first.at,
            "ended_at": each.last.at,
            "quiet_until": each.quiet_until,
            "opened_at": at,
        }
        for each in found
    ]
    opened = await tx.execute(
        insert(AlertRow)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["rule", "who", "last_seq"])
        .returning(AlertRow.id, AlertRow.rule, AlertRow.entries)
    )
    events = [AlertOpened(alert_id=row.id, rule=row.rule, entries=row.entries) for row in opened]
    for event in events:
        _log.warning("audit_alert", alert_id=str(event.alert_id), rule=event.rule)
    await outbox.append(tx, events, at=at)


async def alerts(
    tx: ReadSession, *, open_only: bool, limit: int, after: str | None = None
) -> Page[Any]:
    """Return alerts (`AlertRow`s), the latest first; raises `BadCursor`."""
    query = select(AlertRow).order_by(AlertRow.opened_at.desc(), AlertRow.id.desc())
    if open_only:
        query = query.where(AlertRow.closed_at.is_(None))
    if after is not None:
        opened_at, alert_id = decode_cursor(after, datetime, UUID)
        query = query.where(
            (AlertRow.opened_at < opened_at)
            | ((AlertRow.opened_at == opened_at) & (AlertRow.id < alert_id))
        )
    rows = (await tx.scalars(query.limit(limit + 1))).all()
    return Page[Any].of(rows, limit=limit, cursor=lambda row: encode_cursor(row.opened_at, row.id))


async def close_alert(
    tx: WriteSession, alert_id: UUID, *, finding: str, by: UUID, at: datetime
) -> AlertRow:
    """Close an alert with what was found; raises `AlertNotFound`, `AlertClosed`."""
    row = await tx.get(AlertRow, alert_id, with_for_update=True)
    if row is None:
        raise AlertNotFound
    if row.closed_at is not None:
        raise AlertClosed
    row.closed_at, row.closed_by, row.finding = at, by, finding
    await tx.flush()
    return row


async def measure_alerts(tx: ReadSession) -> None:
    """Set the gauge of open alerts."""
    query = select(func.count()).select_from(AlertRow).where(AlertRow.closed_at.is_(None))
    OPEN.set(await tx.scalar(query) or 0)
