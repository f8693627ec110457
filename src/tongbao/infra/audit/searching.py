"""Finding entries: by who, for whom, what, when, how it ended, why; newest first.

Each criterion has an index or is answered on the way along the newest entries. Which months are
looked at follows from the time asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Text, bindparam, text

from tongbao.infra.audit.leaves import COLUMNS
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

_CONDITIONS: Final = {
    "actor_id": "e.actor_id = :actor_id",
    "subject_id": "e.subject_id = :subject_id",
    "action": "e.action = :action",
    "object_type": "e.object_type = :object_type",
    "object_id": "e.object_id = :object_id",
    "request_id": "e.request_id = :request_id",
    "address": "e.address = :address",
    "code": "e.code = :code",
    "since": "e.at >= :since",
    "until": "e.at < :until",
    # Pairs of characters by the index, then the words themselves.
    "reason": "infra_audit_pairs(e.reason) @> infra_audit_pairs(:reason)"
    " AND e.reason IS NOT NULL AND position(lower(:reason) IN lower(e.reason)) > 0",
    "covered": "e.seq <= :covered",
}
# Written out, so that the index of what was not done answers.
_OUTCOMES: Final = {
    "done": "e.outcome = 'done'",
    "refused": "e.outcome = 'refused' AND e.outcome <> 'done'",
    "failed": "e.outcome = 'failed' AND e.outcome <> 'done'",
}

# The planner takes a filter of ids in no order to let every range of pages through, and would
# rather read them all.
_BY_FILTER: Final = text(
    "SELECT set_config('enable_seqscan', :other_ways, true),"
    " set_config('enable_indexscan', :other_ways, true)"
)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What entries are to be like; None is anything.

    `since` is the first moment and `until` the first one after. `reason` is a part of the reason's
    words. `covered` is a number: entries up to it.
    """

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    request_id: str | None = None
    address: str | None = None
    outcome: str | None = None
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str | None = None
    covered: int | None = None


async def search(
    tx: ReadSession, criteria: Criteria, *, limit: int, after: str | None = None
) -> Page[Any]:
    """Return the entries that fit, newest first, as rows with `leaves.FIELDS`.

    `after` is the cursor of the page before.

    Raises `BadCursor`.
    """
    conditions, values = _where(criteria)
    if after is not None:
        at, seq = decode_cursor(after, datetime, int)
        conditions.append("(e.at, e.seq) < (:cursor_at, :cursor_seq)")
        values |= {"cursor_at": at, "cursor_seq": seq}
    rows = await _rows(tx, conditions, values, limit=limit + 1)
    return Page[Any].of(rows, limit=limit, cursor=lambda row: encode_cursor(row["at"], row["seq"]))


async def newest(tx: ReadSession, criteria: Criteria, *, limit: int) -> Sequence[RowMapping]:
    """Return the entries that fit, newest first, at most `limit`: for files, not for pages."""
    conditions, values = _where(criteria)
    return await _rows(tx, conditions, values, limit=limit)


def _where(criteria: Criteria) -> tuple[list[str], dict[str, Any]]:
    values = {name: value for name in _CONDITIONS if (value := getattr(criteria, name)) is not None}
    conditions = [_CONDITIONS[name] for name in values]
    if criteria.outcome is not None:
        conditions.append(_OUTCOMES[criteria.outcome])
    return conditions, values


async def _rows(
    tx: ReadSession, conditions: Sequence[str], values: dict[str, Any], *, limit: int
) -> Sequence[RowMapping]:
    where = " AND ".join(conditions) or "true"
    query = text(
        f"SELECT {COLUMNS} FROM infra_audit e WHERE {where}"  # noqa: S608 - parts of our own
        " ORDER BY e.at DESC, e.seq DESC LIMIT :limit"
    )
    if "reason" in values:
        query = query.bindparams(bindparam("reason", type_=Text))
    if not {"object_id", "request_id"} & values.keys():
        return (await tx.execute(query, {**values, "limit": limit})).mappings().all()
    await tx.execute(_BY_FILTER, {"other_ways": "off"})
    rows = (await tx.execute(query, {**values, "limit": limit})).mappings().all()
    await tx.execute(_BY_FILTER, {"other_ways": "on"})
    return rows
