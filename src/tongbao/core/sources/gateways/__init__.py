"""Adapters to the outside sources; each is tested against the sandbox over real HTTP."""

from typing import Protocol

from tongbao.core.sources.domain.download import Download
from tongbao.core.sources.domain.passage import Passage


class Connector(Protocol):
    """One source. It does nothing without a passage, and asks it before every page."""

    async def fetch(self, passage: Passage, /) -> Download:
        """Return all that the passage allows, complete and checked, or raise."""
