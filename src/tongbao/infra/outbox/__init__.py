"""Events that leave a module: written with the change that caused them, read later like a log.

A service appends; the worker's `Relay` hands each event to every `Consumer` that subscribed::

    await outbox.append(tx, [TransferSettled(...)], at=at)

    async def on_settled(tx: WriteSession, event: TransferSettled, at: datetime) -> None: ...

    CONSUMER = outbox.Consumer(name="notifications", handles={TransferSettled: on_settled})
"""

from tongbao.infra.outbox.consumer import Consumer, Handler, Start
from tongbao.infra.outbox.relay import Relay
from tongbao.infra.outbox.writing import append

__all__ = ["Consumer", "Handler", "Relay", "Start", "append"]
