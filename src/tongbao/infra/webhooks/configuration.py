"""What the composition root tells this package: the events there are, who owns endpoints."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.infra.webhooks.reaching import Outbound
from tongbao.kernel.events import Event
from tongbao.kernel.text import Text

# The event's own class stands where `Any` does.
Concerns = Callable[[ReadSession, Any], Awaitable[frozenset[UUID]]]
Owners = Callable[[ReadSession, Collection[UUID]], Awaitable[Mapping[UUID, Actor]]]


@dataclass(frozen=True, slots=True)
class Published:
    """A type of event that partners may be told of.

    `concerns` finds the parties whose business an event is: clients that act for one of them are
    told. `read_any` is the permission with which a client is told of everybody's.
    """

    event: type[Event]
    title: Text
    concerns: Concerns
    read_any: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """`owners` returns the actors of clients that are active, by their id."""

    published: Sequence[Published]
    owners: Owners
    outbound: Outbound = field(default_factory=Outbound)

    def of_type(self, event_type: str) -> Published | None:
        """Return what was published under this type."""
        return next((each for each in self.published if each.event.type == event_type), None)


_configured: list[Configuration] = []


def configure(configuration: Configuration) -> None:
    """Say how webhooks work in this process; the last word counts."""
    _configured[:] = [configuration]


def configuration() -> Configuration:
    """Return what was configured."""
    assert _configured, "the composition root configures webhooks before anything uses them"
    return _configured[0]
