"""Who listens to which events, and what they do with one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from tongbao.infra.db import WriteSession
from tongbao.infra.retry import Retry
from tongbao.kernel.events import Event

# The event's own class stands where `Any` does: a handler takes exactly the type it subscribed to.
Handler = Callable[[WriteSession, Any, datetime], Awaitable[None]]
Start = Literal["beginning", "now"]


class Occurrence(NamedTuple):
    """An event with its number in the log and the moment it happened."""

    seq: int
    event: Event
    occurred_at: datetime


class Subscribed(NamedTuple):
    """What becomes of the events of one type; `whole`: the handler is given an `Occurrence`."""

    event_type: type[Event]
    handler: Handler
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A named reader of the log with its own place in it.

    A handler runs inside the transaction that also moves the consumer's place, so what it does
    through `tx` happens exactly once. It never commits, and does nothing that cannot be rolled
    back (for that it defers a job on the same `tx`). Several events share one transaction; when
    one of them fails they are taken again one by one, so a handler may run more than once for an
    event, but only one run is ever committed.

    An event that fails is tried again as `retry` says; later events wait for it. After the last
    attempt it is parked, whole, and the consumer goes on with the next: a handler that needs an
    unbroken history of a subject must check that it has one.

    `start` says where a consumer begins that has no place yet: with the oldest event kept, or with
    what is appended from now on. `batch_max` is the number of events read for one transaction.
    One that passes events on to others sets `occurrences`: its handlers get the event's number and
    moment with it.
    """

    name: str
    handles: Mapping[type[Event], Handler]
    start: Start = "beginning"
    batch_max: int = 100
    occurrences: bool = False
    retry: Retry = field(default_factory=Retry)

    def __post_init__(self) -> None:
        if not self.name or self.batch_max < 1:
            msg = "a consumer needs a name and a batch of at least one event"
            raise ValueError(msg)

    def subscription(self) -> dict[str, Subscribed]:
        """Return the subscribed event classes and their handlers by the events' type."""
        return {
            event.type: Subscribed(event, handler, self.occurrences)
            for event, handler in self.handles.items()
        }
