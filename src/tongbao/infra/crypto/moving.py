"""Boxes for migrations, which seal what lay in clear and know no event loop.

The keys of owners that have none are made on a connection of their own and stay even if the
migration fails: a key that has sealed nothing does no harm.
"""

import asyncio
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import Connection

from tongbao.infra.crypto import records
from tongbao.infra.crypto.boxes import Box
from tongbao.infra.crypto.start import start
from tongbao.infra.db import Database
from tongbao.kernel.clock import now


def boxes_beside(connection: Connection, *, owners: Collection[UUID]) -> Mapping[UUID, Box]:
    """Return the box of each owner in the database of this connection.

    `crypto.use` must have been called. Raises what `crypto.start` raises.
    """
    url = connection.engine.url.render_as_string(hide_password=False)

    async def get() -> Mapping[UUID, Box]:
        database = Database.connect(url, pool_size=1)
        try:
            await start(database, at=now())
            async with database.write() as tx:
                return await records.boxes(tx, owners=owners)
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as thread:  # whoever migrates may be on a running loop
        return thread.submit(asyncio.run, get()).result()
