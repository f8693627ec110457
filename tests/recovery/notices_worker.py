"""A worker to be killed: it tells of one party's events and dies where it is told to.

It dies by its own hand (kill -9) on the transaction that tells, before or after it is committed, so
that the moment is no matter of chance.
"""

import asyncio
import os
import signal
from datetime import datetime

from tests.support.keys import FIELD_KEY, SECRET_KEY
from tongbao.engagement.notices import service as notices
from tongbao.infra import crypto, keys, outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import Consumer, Occurrence
from tongbao.infra.postgres import APP_ROLE
from tongbao.kernel.clock import now


def dying(consumer: Consumer, *, after_events: int) -> Consumer:
    """Return a consumer that dies when it has told of so many events, before it commits."""
    told = 0

    def deadly(handler: outbox.Handler) -> outbox.Handler:
        async def handle(tx: WriteSession, happened: Occurrence, at: datetime) -> None:
            nonlocal told
            await handler(tx, happened, at)
            told += 1
            if told == after_events:
                os.kill(os.getpid(), signal.SIGKILL)

        return handle

    handles = {event: deadly(handler) for event, handler in consumer.handles.items()}
    return Consumer(
        name=consumer.name,
        handles=handles,
        start=consumer.start,
        batch_max=consumer.batch_max,
        occurrences=True,
    )


async def _tell(url: str, after_events: int | None) -> None:
    keys.use(SECRET_KEY)
    crypto.use(crypto.Given.of_text(FIELD_KEY, path="tests"))
    database = Database.connect(url, role=APP_ROLE)
    await crypto.start(database, at=now())
    consumer = notices.consumer()
    if after_events is not None:
        consumer = dying(consumer, after_events=after_events)
    await outbox.Relay(database, [consumer]).drain()
    if after_events is not None:
        os.kill(os.getpid(), signal.SIGKILL)  # everything is committed
    await database.close()


def work(url: str, after_events: int | None) -> None:
    """Tell of everything there is, or die on the way; None: live."""
    asyncio.run(_tell(url, after_events))
