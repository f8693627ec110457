"""Counting attempts: each is counted before it is judged, and taken back when it was right."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import LargeBinary, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.attempts import PAUSES, LogInPaused, Scope
from tongbao.core.identity.models import AttemptRow
from tongbao.infra import keys
from tongbao.infra.db import WriteSession

KEPT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """One thing that attempts are counted for; `older` are its tags under an older secret."""

    scope: Scope
    key_tag: bytes
    older: tuple[bytes, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt that was counted; `began_pause`: one more refusal than was free."""

    counts: Sequence[Count]
    began_pause: bool


def count_for(scope: Scope, *parts: str) -> Count:
    """Return the count for a text or several; what they say cannot be read from the table."""
    tag, *older = keys.tags(f"attempts/{scope}", *(part.encode() for part in parts))
    return Count(scope, tag, tuple(older))


async def count_attempt(
    tx: WriteSession, *, counts: Sequence[Count], at: datetime
) -> Counted | LogInPaused:
    """Count one attempt everywhere; or nowhere, if one of the counts is paused.

    Rows are locked in one order, and exist before they are locked, so that attempts at the same
    moment wait for each other and count each other.
    """
    ordered = sorted(counts)
    for each in ordered:
        await _carry_over(tx, each)
    await tx.execute(
        insert(AttemptRow).on_conflict_do_nothing(),
        [
            {"scope": each.scope, "key_tag": each.key_tag, "refusals": 0, "last_at": at}
            for each in ordered
        ],
    )
    found = {
        Count(Scope(row.scope), row.key_tag): row
        for each in ordered
        for row in await tx.scalars(
            select(AttemptRow)
            .where(AttemptRow.scope == each.scope, AttemptRow.key_tag == each.key_tag)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    pauses = [row.paused_until for row in found.values() if row.paused_until is not None]
    until = max(pauses, default=at)
    if until > at:
        return LogInPaused(until=until, at=at)
    began_pause = False
    for each, row in found.items():
        rules = PAUSES[each.scope]
        refusals = 1 if at - row.last_at >= rules.forgotten else row.refusals + 1
        pause = rules.after(refusals)
        began_pause = began_pause or (bool(pause) and each.scope is not Scope.ADDRESS)
        await tx.execute(
            update(AttemptRow)
            .where(AttemptRow.scope == each.scope, AttemptRow.key_tag == each.key_tag)
            .values(refusals=refusals, last_at=at, paused_until=at + pause if pause else None)
            .execution_options(synchronize_session=False)
        )
    return Counted(ordered, began_pause)


async def _carry_over(tx: WriteSession, count: Count) -> None:
    """Go on with what was counted under an older secret, unless it was gone on with already."""
    for tag in count.older:
        before = select(
            AttemptRow.scope,
            literal(count.key_tag, LargeBinary),
            AttemptRow.refusals,
            AttemptRow.last_at,
            AttemptRow.paused_until,
        ).where(AttemptRow.scope == count.scope, AttemptRow.key_tag == tag)
        columns = ["scope", "key_tag", "refusals", "last_at", "paused_until"]
        await tx.execute(insert(AttemptRow).from_select(columns, before).on_conflict_do_nothing())


async def forgive(tx: WriteSession, *, counted: Counted) -> None:
    """Take back an attempt that was right.

    The account's and the device's count begin anew. The address's only loses this one: whoever
    tries stolen passwords from it has some that are right.
    """
    for each in counted.counts:
        this = (AttemptRow.scope == each.scope, AttemptRow.key_tag == each.key_tag)
        if each.scope is Scope.ADDRESS:
            await tx.execute(
                update(AttemptRow)
                .where(*this, AttemptRow.refusals > 0)
                .values(refusals=AttemptRow.refusals - 1, paused_until=None)
                .execution_options(synchronize_session=False)
            )
        else:
            await tx.execute(
                delete(AttemptRow)
                .where(
                    AttemptRow.scope == each.scope,
                    AttemptRow.key_tag.in_([each.key_tag, *each.older]),
                )
                .execution_options(synchronize_session=False)
            )


async def purge_attempts(tx: WriteSession, *, at: datetime) -> None:
    """Delete counts that have rested for long."""
    await tx.execute(
        delete(AttemptRow)
        .where(AttemptRow.last_at < at - KEPT)
        .execution_options(synchronize_session=False)
    )
