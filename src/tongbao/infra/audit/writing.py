"""Appending entries on the transaction that they tell of: a batch is one statement."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, LiteralString, TypeVar
from uuid import UUID

from tongbao.infra.arrays import Array, Kind, array, array_with_nulls
from tongbao.infra.audit.entries import Caller, Entry, caller, years_of
from tongbao.infra.db import Writing

Value = TypeVar("Value")


def appending(*, after: LiteralString = "%s::bytea[]") -> LiteralString:
    """Return the statement that appends entries, with the arguments that `arguments` returns.

    `after`: how the statement comes by the digests of what it was then, from the argument of that
    name; nothing first, and then one for each entry.
    """
    return f"""
SELECT infra_audit_append(%s, %s, %s::smallint[], %s::text[], %s::text[], %s::text[], %s::uuid[],
    %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bytea[],
    {after}, %s::text[], %s::text[], %s::bytea[], %s::text[])
"""


_APPEND: Final = appending()


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
    entries: Sequence[Entry], who: Sequence[Caller], *, at: datetime, after: Array | None = None
) -> tuple[object, ...]:
    """Return the arguments of the appending function: moment, number, an array per property.

    `after`: what the statement finds the digests by (see `appending`), instead of digests.
    """
    address, device, kind, actor, roles, session, request = _callers(who)
    return (
        at,
        len(entries),
        _column(Kind.SMALLINT, [_years(each) for each in entries], _small),
        _column(Kind.TEXT, [each.action for each in entries], str.encode),
        _column(Kind.TEXT, [each.outcome for each in entries], str.encode),
        _column(Kind.TEXT, [each.code for each in entries], str.encode),
        actor,
        kind,
        roles,
        session,
        _column(Kind.UUID, [each.subject for each in entries], _uuid),
        _column(Kind.TEXT, [each.object_type for each in entries], str.encode),
        _column(Kind.TEXT, [_name(each.object_id) for each in entries], str.encode),
        _column(Kind.BYTES, [each.before for each in entries], bytes),
        after or _column(Kind.BYTES, [each.after for each in entries], bytes),
        _column(
            Kind.TEXT,
            [each.reason or one.reason for each, one in zip(entries, who, strict=True)],
            str.encode,
        ),
        address,
        device,
        request,
    )


def arguments_alike(
    entry: Entry, object_ids: Sequence[UUID], who: Sequence[Caller], *, at: datetime
) -> tuple[object, ...]:
    """Do the same for entries that differ in object and caller alone; their ids go as `uuid[]`.

    Thousands of postings have such entries, and the text of an id costs as much as all the rest.
    """
    address, device, kind, actor, roles, session, request = _callers(who)
    return (
        at,
        len(object_ids),
        array(Kind.SMALLINT, [_small(_years(entry))]),
        _common(Kind.TEXT, entry.action, str.encode),
        _common(Kind.TEXT, entry.outcome, str.encode),
        _common(Kind.TEXT, entry.code, str.encode),
        actor,
        kind,
        roles,
        session,
        _common(Kind.UUID, entry.subject, _uuid),
        _common(Kind.TEXT, entry.object_type, str.encode),
        array_with_nulls(Kind.UUID, [None, *[each.int.to_bytes(16) for each in object_ids]]),
        _common(Kind.BYTES, entry.before, bytes),
        _common(Kind.BYTES, entry.after, bytes),
        _column(Kind.TEXT, [entry.reason or one.reason for one in who], str.encode),
        address,
        device,
        request,
    )


def _callers(who: Sequence[Caller]) -> tuple[Array | None, ...]:
    """Return what entries take from their callers: address, device, kind, actor and so on."""
    return (
        _column(Kind.TEXT, [each.address for each in who], str.encode),
        _column(Kind.BYTES, [each.device for each in who], bytes),
        _column(Kind.TEXT, [each.kind for each in who], str.encode),
        _column(Kind.UUID, [each.actor_id for each in who], _uuid),
        _column(Kind.TEXT, [" ".join(each.roles) or None for each in who], str.encode),
        _column(Kind.UUID, [each.session_id for each in who], _uuid),
        _column(Kind.TEXT, [each.request_id for each in who], str.encode),
    )


def _common(kind: Kind, value: Value | None, encode: Callable[[Value], bytes]) -> Array | None:
    """Return the array of a property that all entries have alike."""
    return None if value is None else array(kind, [encode(value)])


def _column(
    kind: Kind, values: Sequence[Value | None], encode: Callable[[Value], bytes]
) -> Array | None:
    """Return the array of a property: what all entries have, or nothing and then each one's."""
    common = values[0]
    if values.count(common) == len(values):
        return _common(kind, common, encode)
    return array_with_nulls(kind, [None, *[v if v is None else encode(v) for v in values]])


def _years(entry: Entry) -> int:
    return entry.keep_years or years_of(entry.action)


def _small(value: int) -> bytes:
    return value.to_bytes(2)


def _uuid(value: UUID) -> bytes:
    return value.bytes


def _name(value: UUID | str | None) -> str | None:
    return str(value) if isinstance(value, UUID) else value
