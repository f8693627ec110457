"""Appending entries on the transaction that they tell of: a batch is one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.infra.arrays import Kind, array, array_with_nulls
from tongbao.infra.audit.entries import Caller, Entry, caller, years_of
from tongbao.infra.db import Writing

_APPEND: Final = """
SELECT infra_audit_append(%s, %s::smallint[], %s::text[], %s::text[], %s::text[], %s::uuid[],
    %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bytea[],
    %s::bytea[], %s::text[], %s::text[], %s::bytea[], %s::text[])
"""


async def record(tx: Writing, entries: Sequence[Entry], *, at: datetime) -> None:
    """Append entries that happened at `at`, in order; they are there if `tx` commits.

    Who did it comes from `by` unless an entry says. No entries is no statement.
    """
    now = caller()
    await append(tx, entries, [each.who or now for each in entries], at=at)


async def append(
    tx: Writing, entries: Sequence[Entry], who: Sequence[Caller], *, at: datetime
) -> None:
    """Do the same for entries of several callers, one for each entry."""
    if not entries:
        return
    if at.utcoffset() is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    await tx.fetch(_APPEND, arguments(entries, who, at=at))


def arguments(
    entries: Sequence[Entry], who: Sequence[Caller], *, at: datetime
) -> tuple[object, ...]:
    """Return the arguments of the appending function: an array per property."""
    return (
        at,
        array(Kind.SMALLINT, [_years(each).to_bytes(2) for each in entries]),
        array(Kind.TEXT, [each.action.encode() for each in entries]),
        array(Kind.TEXT, [each.outcome.encode() for each in entries]),
        array_with_nulls(Kind.TEXT, [_text(each.code) for each in entries]),
        array_with_nulls(Kind.UUID, [_id(each.actor_id) for each in who]),
        array(Kind.TEXT, [each.kind.encode() for each in who]),
        array_with_nulls(Kind.TEXT, [_text(" ".join(each.roles)) for each in who]),
        array_with_nulls(Kind.UUID, [_id(each.session_id) for each in who]),
        array_with_nulls(Kind.UUID, [_id(each.subject) for each in entries]),
        array_with_nulls(Kind.TEXT, [_text(each.object_type) for each in entries]),
        array_with_nulls(Kind.TEXT, [_name(each.object_id) for each in entries]),
        array_with_nulls(Kind.BYTES, [each.before for each in entries]),
        array_with_nulls(Kind.BYTES, [each.after for each in entries]),
        array_with_nulls(
            Kind.TEXT,
            [_text(each.reason or one.reason) for each, one in zip(entries, who, strict=True)],
        ),
        array_with_nulls(Kind.TEXT, [_text(each.address) for each in who]),
        array_with_nulls(Kind.BYTES, [each.device for each in who]),
        array_with_nulls(Kind.TEXT, [_text(each.request_id) for each in who]),
    )


def _years(entry: Entry) -> int:
    return years_of(entry.action) if entry.keep_years is None else entry.keep_years


def _text(value: str | None) -> bytes | None:
    return value.encode() if value else None


def _name(value: UUID | str | None) -> bytes | None:
    return None if value is None else str(value).encode()


def _id(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16)
