"""Events that leave a module: written with the change that caused them, read later like a log.

A service appends; the worker's `Relay` hands each event to every `Consumer` that subscribed::

    await outbox.append(tx, [TransferSettled(...)], at=at)

    async def on_settled(tx: WriteSession, event: TransferSettled, at: datetime) -> None: ...

    CONSUMER = outbox.Consumer(name="notifications", handles={TransferSettled: on_settled})

Delivery is exactly once in effect: what a handler writes through `tx` is committed together with
the consumer's place in the log. Consumers are independent of each other, and nothing in the log
is changed by reading it. `reading` explains why no event is skipped and why the order is right.
"""

from tongbao.infra.outbox.consumer import Consumer, Handler, Occurrence, Start
from tongbao.infra.outbox.measures import Lag, forget, lag, prune
from tongbao.infra.outbox.parking import ParkedEvent, Replayed, parked, replay
from tongbao.infra.outbox.relay import Relay
from tongbao.infra.outbox.writing import Written, append, arguments, wake_due, wake_unused, written
from tongbao.infra.retry import Retry

__all__ = [
    "Consumer",
    "Handler",
    "Lag",
    "Occurrence",
    "ParkedEvent",
    "Relay",
    "Replayed",
    "Retry",
    "Start",
    "Written",
    "append",
    "arguments",
    "forget",
    "lag",
    "parked",
    "prune",
    "replay",
    "wake_due",
    "wake_unused",
    "written",
]
