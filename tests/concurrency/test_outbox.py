"""Many writers that commit late or not at all, several consumers that read meanwhile.

The law: every consumer sees every committed event exactly once in effect, and the events of one
subject in the order in which they came about. Two plausible readers that break it are led through
an order of commits that shows it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text

from tongbao.infra import outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import now
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id

WRITERS = 16
TRANSACTIONS_PER_WRITER = 12
SUBJECTS = 6
ROLLED_BACK_SHARE = 0.2
DELAY_SECONDS_MAX = 0.01


TABLES = """
    CREATE TABLE test_subject (run uuid, name text, step int, PRIMARY KEY (run, name));
    CREATE TABLE test_noise (n int);
    CREATE TABLE test_seen (
        position bigint GENERATED ALWAYS AS IDENTITY, consumer text, name text, step int
    );
    GRANT SELECT, INSERT, UPDATE ON test_subject, test_noise, test_seen TO tongbao_app;
"""


@pytest.fixture(scope="module")
def tables(owner_url: str) -> Iterator[None]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(TABLES)
        yield
        connection.execute("DROP TABLE test_subject, test_noise, test_seen")


@pytest_asyncio.fixture
async def wide(app_url: str, tables: None) -> AsyncIterator[Database]:
    """Connections enough for every writer and reader at once."""
    opened = Database.connect(app_url, pool_size=WRITERS + 10)
    yield opened
    await opened.close()


class Stepped(Event):
    """The `step`th change of one subject."""

    type: ClassVar[str] = "test_concurrency.stepped"

    run: UUID
    name: str
    step: int

    @property
    def subject(self) -> str:
        return self.name


@dataclass
class Load:
    """The writers: each transaction changes a few subjects under their row locks, then tells."""

    database: Database
    run: UUID = field(default_factory=new_id)
    random: Random = field(default_factory=lambda: Random(7))
    committed: set[tuple[str, int]] = field(default_factory=set)

    async def prepare(self) -> None:
        async with self.database.write() as tx:
            await tx.execute(
                text(
                    "INSERT INTO test_subject SELECT :run, 's' || n, 0"
                    " FROM generate_series(1, :n) n"
                ),
                {"run": self.run, "n": SUBJECTS},
            )

    async def write(self) -> None:
        await asyncio.gather(*(self._writer() for _ in range(WRITERS)))

    async def _writer(self) -> None:
        for _ in range(TRANSACTIONS_PER_WRITER):
            names = sorted(f"s{self.random.randint(1, SUBJECTS)}" for _ in range(2))
            told: list[Stepped] = []
            try:
                async with self.database.write() as tx:
                    await self.begin(tx)
                    await self._delay()
                    for name in dict.fromkeys(names):
                        told.append(await self.step(tx, name))
                        await self._delay()
                    if self.random.random() < ROLLED_BACK_SHARE:
                        raise _RolledBack  # noqa: TRY301 - this is how a transaction is given up
            except _RolledBack:
                continue
            self.committed.update((event.name, event.step) for event in told)

    async def begin(self, tx: WriteSession) -> None:
        """Write something first, as a request's idempotency key is."""
        await tx.execute(text("INSERT INTO test_noise VALUES (1)"))

    async def step(self, tx: WriteSession, name: str) -> Stepped:
        step = await tx.execute(
            text(
                "UPDATE test_subject SET step = step + 1 WHERE run = :run AND name = :name"
                " RETURNING step"
            ),
            {"run": self.run, "name": name},
        )
        event = Stepped(run=self.run, name=name, step=step.scalar_one())
        await outbox.append(tx, [event], at=now())
        return event

    async def _delay(self) -> None:
        await asyncio.sleep(self.random.random() * DELAY_SECONDS_MAX)


class _RolledBack(Exception):
    pass


Seen = list[tuple[str, int]]


def out_of_order(seen: Seen) -> list[tuple[str, int]]:
    """Return the steps that were not one above the step seen before of their subject."""
    last: dict[str, int] = defaultdict(int)
    wrong = []
    for name, step in seen:
        if step != last[name] + 1:
            wrong.append((name, step))
        last[name] = step
    return wrong


async def test_every_committed_event_reaches_every_consumer_once_and_in_order(
    wide: Database,
) -> None:
    load = Load(wide)
    await load.prepare()
    names = [f"consumer-{number}-{load.run}" for number in range(3)]

    def recording(name: str) -> outbox.Consumer:
        async def record(tx: WriteSession, event: Stepped, _at: datetime) -> None:
            if event.run != load.run:
                return
            if load.random.random() < 0.02:
                msg = "a handler fails now and then"
                raise RuntimeError(msg)
            await tx.execute(
                text("INSERT INTO test_seen (consumer, name, step) VALUES (:c, :n, :s)"),
                {"c": name, "n": event.name, "s": event.step},
            )

        retry = outbox.Retry(first_seconds=0.0, attempts_max=1000)
        return outbox.Consumer(name=name, handles={Stepped: record}, batch_max=7, retry=retry)

    # Two relays compete for the same consumers.
    relays = [
        outbox.Relay(wide, [recording(name) for name in names], poll_seconds=0.02) for _ in range(2)
    ]
    stop = asyncio.Event()
    running = [asyncio.create_task(relay.run(stop)) for relay in relays]
    await load.write()
    await until_caught_up(wide, names)
    stop.set()
    await asyncio.gather(*running)

    assert len(load.committed) > WRITERS * TRANSACTIONS_PER_WRITER // 2
    for name in names:
        seen = await seen_by(wide, name)
        assert len(seen) == len(set(seen)), "seen twice"
        assert set(seen) == load.committed, "skipped, or seen without a commit"
        assert out_of_order(seen) == []
    async with wide.read() as tx:
        assert await outbox.parked(tx, names[0]) == []


async def until_caught_up(database: Database, consumers: list[str]) -> None:
    async with asyncio.timeout(60):
        while True:
            async with database.read() as tx:
                lags = await outbox.lag(tx, at=now())
            behind = set(consumers) - {one.consumer for one in lags if not one.events}
            if not behind:
                return
            await asyncio.sleep(0.05)


async def seen_by(database: Database, consumer: str) -> Seen:
    async with database.read() as tx:
        rows = await tx.execute(
            text("SELECT name, step FROM test_seen WHERE consumer = :c ORDER BY position"),
            {"c": consumer},
        )
        return [(row.name, row.step) for row in rows]


async def test_a_reader_of_everything_after_the_last_number_skips_events(
    wide: Database,
) -> None:
    """Why the relay waits for the settled number, in the least unlucky order of commits."""
    load = Load(wide)
    await load.prepare()
    seen: Seen = []
    last = 0

    async def read() -> None:
        nonlocal last
        async with wide.read() as tx:
            rows = await tx.execute(
                text("SELECT seq, payload FROM infra_outbox WHERE seq > :last ORDER BY seq"),
                {"last": last},
            )
            for row in rows:
                last = row.seq
                if row.payload.get("run") == str(load.run):
                    seen.append((row.payload["name"], row.payload["step"]))

    async with wide.write() as slow:
        await load.step(slow, "s1")
        async with wide.write() as quick:
            await load.step(quick, "s2")
        await read()
    await read()
    assert seen == [("s2", 1)]


async def test_a_reader_in_the_order_of_transaction_ids_breaks_the_order_of_a_subject(
    wide: Database,
) -> None:
    """It reads final rows only and skips none; yet a transaction's id is not its turn."""
    load = Load(wide)
    await load.prepare()
    async with wide.write() as slow:
        await load.begin(slow)
        async with wide.write() as quick:
            await load.begin(quick)
            await load.step(quick, "s1")
        await load.step(slow, "s1")
    async with wide.read() as tx:
        rows = await tx.execute(
            text("""
                WITH o AS (
                    SELECT CAST(CAST(xmin AS text) AS bigint) AS xid, seq, payload
                    FROM infra_outbox
                )
                SELECT payload FROM o WHERE payload ->> 'run' = :run ORDER BY xid, seq
            """),
            {"run": str(load.run)},
        )
        seen = [(payload["name"], payload["step"]) for (payload,) in rows]
    assert seen == [("s1", 2), ("s1", 1)]
    assert out_of_order(seen) != []
