"""The worker process: events and jobs in one, stopped by a signal."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import httpx2
import pytest

from tongbao.app import wiring
from tongbao.app.worker import run_worker
from tongbao.infra import jobs, outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id

QUEUE = "test_worker"

# `tongbao worker`, but for the queue, so that it leaves the jobs of other tests alone.
PROGRAM = f"""
from tongbao.app.worker import main
from tongbao.infra.settings import Settings
main(Settings(), queues=["{QUEUE}"])
"""

finished: dict[str, asyncio.Event] = {}


class Asked(Event):
    type: ClassVar[str] = "test_worker.asked"

    run: UUID

    @property
    def subject(self) -> str:
        return str(self.run)


@jobs.task(name="test_worker.answer", queue=QUEUE)
async def answer(_context: jobs.JobContext, *, run: str) -> None:
    finished[run].set()


async def on_asked(tx: WriteSession, event: Asked, _at: datetime) -> None:
    if str(event.run) in finished:
        await jobs.defer(tx, "test_worker.answer", {"run": str(event.run)})


@pytest.fixture
def settings(app_url: str) -> Settings:
    return Settings(database_url=app_url, database_role=None)


@asynccontextmanager
async def working(settings: Settings, consumer: outbox.Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(settings, stop, consumers=[consumer], queues=[QUEUE]))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await running


async def test_an_event_leads_to_a_job_and_the_job_is_done(
    database: Database, settings: Settings
) -> None:
    run = new_id()
    finished[str(run)] = asyncio.Event()
    async with database.write() as tx:
        await outbox.append(tx, [Asked(run=run)], at=now())
    consumer = outbox.Consumer(name=f"worker-{run}", handles={Asked: on_asked})
    async with working(settings, consumer), asyncio.timeout(20):
        await finished[str(run)].wait()


async def test_it_serves_its_metrics_where_asked_to(
    settings: Settings, unused_tcp_port: int
) -> None:
    settings = settings.model_copy(update={"worker_metrics_port": unused_tcp_port})
    consumer = outbox.Consumer(name=f"worker-{new_id()}", handles={Asked: on_asked}, start="now")
    async with working(settings, consumer), httpx2.AsyncClient(trust_env=False) as client:
        async with asyncio.timeout(20):
            page = await until_answered(client, f"http://127.0.0.1:{unused_tcp_port}/metrics")
    assert "tongbao_outbox_lag_seconds" in page


async def until_answered(client: httpx2.AsyncClient, address: str) -> str:
    while True:
        try:
            return (await client.get(address)).text
        except httpx2.TransportError:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_order(app_url: str, number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        env={
            **os.environ,
            "TONGBAO_DATABASE_URL": app_url,
            "TONGBAO_DATABASE_ROLE": "tongbao_app",
            "TONGBAO_LOG_FORMAT": "json",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        async for line in process.stdout:
            lines.append(line.decode())
            if '"worker started"' in lines[-1]:
                process.send_signal(number)
        assert await process.wait() == 0
    assert '"worker stopped"' in lines[-1]
    assert not [line for line in lines if '"level": "error"' in line]


def test_every_job_module_is_found() -> None:
    wiring.load_jobs()
    assert {"ledger.roll_up", "infra.outbox.prune"} <= jobs.task_names()
