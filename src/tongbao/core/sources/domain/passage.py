"""The only thing a connector can be called with: leave to fetch, asked for again at every page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tongbao.core.sources.domain.download import FetchTicket


@dataclass(frozen=True, slots=True)
class Passage:
    """A ticket, and the question whether its consent still stands.

    Made by `service.fetching.download` and nowhere else; a test holds that. A connector awaits
    `check` before every page it asks for, and hands on whatever that raises.
    """

    ticket: FetchTicket
    check: Callable[[], Awaitable[None]]
