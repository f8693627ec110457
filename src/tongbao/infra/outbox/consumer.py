"""Who listens to which events, and what they do with one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tongbao.infra.db import WriteSession
from tongbao.kernel.events import Event

# The event's own class stands where `Any` does: a handler takes exactly the type it subscribed to.
Handler = Callable[[WriteSession, Any, datetime], Awaitable[None]]
Start = Literal["beginning", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A named reader of the log with its own place in it.

    A handler runs inside the transaction that also moves the consumer's place, so what it does
    through `tx` happens exactly once. It never commits, and does nothing that cannot be rolled
    back (for that it defers a job on the same `tx`).

    `start` says where a consumer begins that has no place yet: with the oldest event kept, or with
    what is appended from now on.
    """

    name: str
    handles: Mapping[type[Event], Handler]
    start: Start = "beginning"
    batch_max: int = 100
    attempts_max: int = 8
