"""What differs from one bank to the next, and what this module asks of those above it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from tongbao.core.accounts.domain.errors import ConfirmationUnavailable
from tongbao.core.accounts.domain.numbers import NumberScheme
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.text import Text


class Confirm(Protocol):
    """Makes sure that the actor has confirmed exactly this action; raises if they have not."""

    async def __call__(
        self,
        tx: WriteSession,
        *,
        kind: str,
        facts: Mapping[str, str],
        token: str | None,
        actor: Actor,
        at: datetime,
    ) -> None:
        """Spend the confirmation."""
        ...


async def _nobody_confirms(tx: WriteSession, **_asked: object) -> None:  # noqa: ARG001
    raise ConfirmationUnavailable


@dataclass(frozen=True, slots=True)
class Dormancy:
    """When an account falls asleep: so many months without the holder moving anything on it.

    Only with less than `bound_major` whole units of its currency on it, and `notice` after its
    holder was told.
    """

    months: int = 24
    bound_major: int = 1_000
    notice: timedelta = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the composition root says."""

    numbers: NumberScheme = field(default_factory=NumberScheme)
    dormancy: Dormancy = field(default_factory=Dormancy)
    confirm: Confirm = _nobody_confirms


Running = Callable[[ReadSession, UUID], Awaitable[Text | None]]
"""Says what of a module above still runs over an account, by the account's id; None: nothing."""

_current = Configuration()
_running: Final[list[Running]] = []


def configure(configuration: Configuration) -> None:
    """Say it for this process."""
    global _current  # noqa: PLW0603 - one per process, set by the composition root
    _current = configuration


def current() -> Configuration:
    """Return what was said."""
    return _current


def register_running(running: Running) -> None:
    """Say what keeps an account from being closed; once for each module."""
    if running not in _running:
        _running.append(running)


def running() -> tuple[Running, ...]:
    """Return all that was registered."""
    return tuple(_running)
