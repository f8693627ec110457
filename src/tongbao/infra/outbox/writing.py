"""Writing events on the transaction that caused them."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import Writing
from tongbao.kernel.events import Event

CHANNEL: Final = "infra_outbox"
"""As the functions beside the tables have it."""
WAKE_INTERVAL_SECONDS: Final = 0.1

_APPEND: Final = (
    "SELECT infra_outbox_append_many(%s::text[], %s::integer[], %s::text[], %s::text[], %s, %s)"
)


class Written(NamedTuple):
    """An event as its row has it, `payload` in JSON: for who tells of thousands (see `written`)."""

    type: str
    version: int
    subject: str
    payload: bytes


class _Waking:
    """Decides which appends also wake the relays at once; the others are found by polling.

    Transactions that NOTIFY commit one after the other through a lock of the whole server: with a
    disk that takes 2 ms, 16 writers fell from 6,380 to 460 commits a second (PostgreSQL 18). So a
    process wakes the relays at most ten times a second, which they do not notice under load and
    which is at once for a lone event.
    """

    def __init__(self) -> None:
        self._next = 0.0

    def due(self) -> bool:
        """Return whether this append shall wake, and if so count the next interval from now."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + WAKE_INTERVAL_SECONDS
        return True

    def again(self) -> None:
        """Make the next append due: the last one that was has not happened."""
        self._next = 0.0


_waking = _Waking()


def wake_due() -> bool:
    """Return whether the event about to be written by `infra_outbox_append` shall wake readers."""
    return _waking.due()


def wake_unused() -> None:
    """Take back a `wake_due` that was true: no event was written after all."""
    _waking.again()


async def append(tx: Writing, events: Sequence[Event], *, at: datetime) -> None:
    """Write `events`, which happened at `at`, in one statement; they become visible with `tx`.

    Append after the change that the events tell of: whoever changed the same thing before has
    then appended before, and consumers see the two in that order. `at` must be aware. No events
    is no statement.
    """
    if events:
        rows = [written(event) for event in events]
        await tx.fetch(_APPEND, arguments(rows, at=at, wake=_waking.due()))
    else:
        _check(at)


def written(event: Event) -> Written:
    """Return an event as its row has it."""
    payload = event.__pydantic_serializer__.to_json(event)
    return Written(event.type, event.version, event.subject, payload)


def arguments(events: Sequence[Written], *, at: datetime, wake: bool) -> tuple[object, ...]:
    """Return what `infra_outbox_append_many` takes, for statements that do more than append.

    `wake`: whether they shall wake the readers (`wake_due`).
    """
    _check(at)
    return (
        array(Kind.TEXT, [event.type.encode() for event in events]),
        array(Kind.INTEGER, [event.version.to_bytes(4) for event in events]),
        array(Kind.TEXT, [event.subject.encode() for event in events]),
        array(Kind.TEXT, [event.payload for event in events]),
        at,
        wake,
    )


def _check(at: datetime) -> None:
    if at.utcoffset() is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
