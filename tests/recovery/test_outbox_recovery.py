"""A worker is killed with kill -9 again and again while events come in; then one is let finish.

The law: each event has had its effect exactly once, and per subject in order. A worker that breaks
the rule (it commits the effect by itself) is put through the same and must be caught.
"""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from random import Random
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from tests.recovery.outbox_worker import Happened, work
from tongbao.infra import outbox
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

KILLS = 5
NAMES = ("alpha", "beta", "gamma")
EVENTS_PER_APPEND = 3

# Each worker is forked from a process that has imported everything, so it starts at once.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([work.__module__])

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def effects(owner_url: str) -> Iterator[None]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE test_effect (position bigint GENERATED ALWAYS AS IDENTITY,"
            " run uuid, name text, step int)"
        )
        connection.execute("GRANT SELECT, INSERT ON test_effect TO tongbao_app")
        yield
        connection.execute("DROP TABLE test_effect")


@contextmanager
def worker(
    url: str, run: UUID, *, atomic: bool, to_be_killed: bool = False
) -> Iterator[BaseProcess]:
    """Start a worker process; it is killed with -9 at the end of the block."""
    process = FORKS.Process(target=work, args=(url, run, atomic, to_be_killed))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(30)
        process.close()


class Writer:
    """Keeps appending events of a few subjects, each with its running number."""

    def __init__(self, database: Database, run: UUID) -> None:
        self.database = database
        self.run = run
        self.steps: Counter[str] = Counter()
        self.random = Random(11)

    async def write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            events = []
            for _ in range(EVENTS_PER_APPEND):
                name = self.random.choice(NAMES)
                self.steps[name] += 1
                events.append(Happened(run=self.run, name=name, step=self.steps[name]))
            async with self.database.write() as tx:
                await outbox.append(tx, events, at=now())
            await asyncio.sleep(0.05)


async def done(database: Database, run: UUID) -> list[tuple[str, int]]:
    async with database.read() as tx:
        rows = await tx.execute(
            text("SELECT name, step FROM test_effect WHERE run = :run ORDER BY position"),
            {"run": run},
        )
        return [(row.name, row.step) for row in rows]


async def kill_while_working(database: Database, url: str, run: UUID, *, atomic: bool) -> None:
    """Let a worker do something, then kill it at some moment of its work."""
    before = len(await done(database, run))
    with worker(url, run, atomic=atomic, to_be_killed=True) as process:
        while len(await done(database, run)) <= before:
            assert process.exitcode is None, "the worker ended by itself"
            await asyncio.sleep(0.005)
        await asyncio.sleep(Random().random() * 0.1)


async def put_through(database: Database, url: str, *, atomic: bool) -> tuple[Writer, UUID]:
    run = new_id()
    writer, stop = Writer(database, run), asyncio.Event()
    writing = asyncio.create_task(writer.write(stop))
    try:
        for _ in range(KILLS):
            await kill_while_working(database, url, run, atomic=atomic)
    finally:
        stop.set()
        await writing
    with worker(url, run, atomic=atomic):
        while len(set(await done(database, run))) < writer.steps.total():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return writer, run


@pytest.mark.usefixtures("effects")
async def test_a_killed_worker_loses_nothing_and_repeats_nothing(
    database: Database, app_url: str
) -> None:
    writer, run = await put_through(database, app_url, atomic=True)
    seen = await done(database, run)
    for name in NAMES:
        steps = [step for other, step in seen if other == name]
        assert steps == list(range(1, writer.steps[name] + 1))


@pytest.mark.usefixtures("effects")
async def test_an_effect_committed_apart_from_the_place_is_repeated(
    database: Database, app_url: str
) -> None:
    writer, run = await put_through(database, app_url, atomic=False)
    assert len(await done(database, run)) > writer.steps.total()
