"""Handing events to consumers."""

import asyncio
from collections.abc import Sequence

from tongbao.infra.db import Database
from tongbao.infra.outbox.consumer import Consumer


class Relay:
    """Reads the log for several consumers until told to stop."""

    def __init__(self, database: Database, consumers: Sequence[Consumer]) -> None:
        self.database = database
        self.consumers = tuple(consumers)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver events until `stop` is set; what is under way is finished first."""
        raise NotImplementedError
