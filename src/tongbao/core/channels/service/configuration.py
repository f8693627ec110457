"""Which channels this process has; the composition root says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tongbao.core.channels.domain.errors import UnknownChannel
from tongbao.core.channels.domain.features import Features
from tongbao.core.channels.gateways.plugin import Gateway
from tongbao.infra.db import Database


def _no_clock() -> datetime:
    raise AssertionError("channels are configured before they are used")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The gateways by channel, the clock, and where the reasons staff have set are read."""

    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    clock: Callable[[], datetime] = _no_clock
    database: Database | None = None


_current = Configuration()


def configure(configuration: Configuration) -> None:
    """Say it for this process."""
    global _current  # noqa: PLW0603 - one per process, set by the composition root
    _current = configuration


def current() -> Configuration:
    """Return what was said."""
    return _current


def gateway(channel: str) -> Gateway:
    """Return the gateway of a channel. Raises `UnknownChannel`."""
    found = _current.gateways.get(channel)
    if found is None:
        raise UnknownChannel(channel=channel)
    return found


def features() -> dict[str, Features]:
    """Return what each channel of this process can do, by name."""
    return {name: each.features for name, each in sorted(_current.gateways.items())}


def features_of(channel: str) -> Features:
    """Return what one channel can do. Raises `UnknownChannel`."""
    return gateway(channel).features
