"""A worker to be killed: delivers the events of one run, with pauses to be killed in.

It records each event in `test_effect`. An atomic one does so through the transaction it is given,
as the rules ask; the other commits the effect by itself, before the consumer's place has moved,
and one that is to be killed waits for it there.
"""

import asyncio
from datetime import datetime
from random import Random
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text

from tongbao.infra import outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.events import Event

EFFECT = text("INSERT INTO test_effect (run, name, step) VALUES (:run, :name, :step)")


class Happened(Event):
    type: ClassVar[str] = "test_recovery.happened"

    run: UUID
    name: str
    step: int

    @property
    def subject(self) -> str:
        return self.name


def consumer(database: Database, run: UUID, *, atomic: bool, to_be_killed: bool) -> outbox.Consumer:
    random = Random()

    async def record(tx: WriteSession, event: Happened, _at: datetime) -> None:
        if event.run != run:
            return
        facts = {"run": run, "name": event.name, "step": event.step}
        if atomic:
            await tx.execute(EFFECT, facts)
        else:
            async with database.write() as own:
                await own.execute(EFFECT, facts)
            if to_be_killed:
                await asyncio.Event().wait()
        await asyncio.sleep(random.random() * 0.002)

    return outbox.Consumer(name=f"recovery-{run}", handles={Happened: record}, batch_max=10)


async def deliver(url: str, run: UUID, *, atomic: bool, to_be_killed: bool) -> None:
    database = Database.connect(url)
    one = consumer(database, run, atomic=atomic, to_be_killed=to_be_killed)
    relay = outbox.Relay(database, [one], poll_seconds=0.05)
    await relay.run(asyncio.Event())


def work(url: str, run: UUID, atomic: bool, to_be_killed: bool) -> None:  # noqa: FBT001 - called by multiprocessing
    """Deliver until killed."""
    asyncio.run(deliver(url, run, atomic=atomic, to_be_killed=to_be_killed))
