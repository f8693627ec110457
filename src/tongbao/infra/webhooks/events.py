"""What happened to endpoints."""

from typing import ClassVar, Literal
from uuid import UUID

from tongbao.kernel.events import Event


class EndpointDisabled(Event):
    """Nothing is sent to an endpoint any more: for days nothing arrived, or it said 410."""

    type: ClassVar[str] = "webhooks.endpoint_disabled"

    endpoint_id: UUID
    owner_id: UUID
    reason: Literal["failing", "gone"]

    @property
    def subject(self) -> str:
        """Return the endpoint's id."""
        return str(self.endpoint_id)
