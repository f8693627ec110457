"""A worker to be killed: runs the job that extends the tree, over and over, in small steps."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tongbao.core.ledger import jobs, service
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao.infra.signing import SigningKey

AT = datetime(2026, 3, 2, 5, tzinfo=UTC)
LEAVES_MAX = 37  # so that checkpoints fall anywhere in a block


async def extend(url: str, key: Path) -> None:
    jobs.sign_with(SigningKey.load(key))
    service.extend_tree = partial(service.extend_tree, leaves_max=LEAVES_MAX)
    context = JobContext(database=Database.connect(url, pool_size=2), at=AT)
    while True:
        await jobs.extend_tree(context)


def work(url: str, key: Path) -> None:
    """Extend until killed."""
    asyncio.run(extend(url, key))
