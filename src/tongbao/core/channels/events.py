"""What happened at a channel."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class CallbackReceived(Event):
    """A channel told something about a payment: a hint, after which to inquire.

    `kind` is `outcome`, `incoming` or `return`; what it said is read by `callback_id`.
    """

    type: ClassVar[str] = "channels.callback_received"

    channel: str
    reference: str
    kind: str
    callback_id: UUID

    @property
    def subject(self) -> str:
        """Return the reference."""
        return self.reference


class CircuitChanged(Event):
    """The breaker of a channel opened, closed, or let a probe through."""

    type: ClassVar[str] = "channels.circuit_changed"

    channel: str
    circuit: str

    @property
    def subject(self) -> str:
        """Return the channel."""
        return self.channel
