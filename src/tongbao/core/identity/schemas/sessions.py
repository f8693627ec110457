"""API shapes of sessions and devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.identity.domain.devices import Device
from tongbao.core.identity.domain.security import SecurityEvent, SecurityKind
from tongbao.core.identity.domain.sessions import Session


class SessionOut(BaseModel):
    """A session of a browser."""

    model_config = ConfigDict(title="Session", extra="forbid")

    id: UUID
    current: Annotated[bool, Field(description="The session of this request")]
    factors: Annotated[list[str], Field(description="What was proven when it began")]
    device_id: UUID
    device_name: str
    address: Annotated[str, Field(description="IP address it began from")]
    place: Annotated[str | None, Field(description="Where that is, coarsely")]
    began_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, *, current: UUID | None) -> "SessionOut":
        """Return the shape of a session."""
        return cls(
            id=session.id,
            current=session.id == current,
            factors=sorted(session.factors),
            device_id=session.device_id,
            device_name=session.device_name,
            address=session.address,
            place=session.place,
            began_at=session.began_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )


class CurrentSessionOut(BaseModel):
    """What a page needs to know of its own session."""

    model_config = ConfigDict(title="CurrentSession", extra="forbid")

    session_id: UUID
    csrf_token: Annotated[
        str, Field(description="Send it as `X-CSRF-Token` with whatever changes something")
    ]
    factors: list[str]


class DeviceOut(BaseModel):
    """A browser that the user has logged in from."""

    model_config = ConfigDict(title="Device", extra="forbid")

    id: UUID
    name: str
    known: Annotated[bool, Field(description="Whether a password alone may do there")]
    address: str
    place: str | None
    first_seen_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, device: Device) -> "DeviceOut":
        """Return the shape of a device."""
        return cls(
            id=device.id,
            name=device.name,
            known=device.known,
            address=device.address,
            place=device.place,
            first_seen_at=device.first_seen_at,
            last_seen_at=device.last_seen_at,
        )


class SecurityEventOut(BaseModel):
    """Something about the user's security that they were told of."""

    model_config = ConfigDict(title="SecurityEvent", extra="forbid")

    id: UUID
    kind: SecurityKind
    device: str | None
    place: str | None
    address: str | None
    happened_at: datetime

    @classmethod
    def of(cls, event: SecurityEvent) -> "SecurityEventOut":
        """Return the shape of an event."""
        return cls(
            id=event.id,
            kind=event.kind,
            device=event.facts.get("device"),
            place=event.facts.get("place"),
            address=event.address,
            happened_at=event.happened_at,
        )
