"""The worker process: delivers events and runs jobs until told to stop.

Any number of workers may run beside each other. SIGTERM or SIGINT lets what is under way finish,
within limits, and takes on nothing more; a killed worker's work is taken up by another, or by
itself when it starts again.
"""

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from prometheus_client import start_http_server

from tongbao.app import eod, wiring
from tongbao.app.collecting import spare_what_is_there
from tongbao.app.connect import connect
from tongbao.infra import crypto, jobs, log, metrics
from tongbao.infra.outbox import Consumer, Relay
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

CONCURRENCY: Final = 4  # jobs at a time
CONNECTIONS_OF_A_JOB: Final = 3  # a payroll: two of its batches, and a look at what comes next
STOP_SECONDS: Final = 15.0  # less than whoever stops the worker grants before it kills
HEARTBEAT_SECONDS: Final = 60.0
SPARE_CONNECTIONS: Final = 4  # looking for events, measuring, procrastinate's own statements

logger = structlog.get_logger(__name__)


def main(settings: Settings, *, queues: Sequence[str] | None = None) -> None:
    """Run a worker in this process until it gets SIGTERM or SIGINT."""
    log.configure(settings)
    wiring.connect_sources(settings)
    wiring.connect_keys(settings)
    wiring.connect_accounts(settings)
    wiring.connect_agreements(settings)
    wiring.connect_statements(settings)
    wiring.connect_messages(settings)
    spare_what_is_there()
    asyncio.run(run_worker(settings, queues=queues))


async def run_worker(
    settings: Settings,
    stop: asyncio.Event | None = None,
    *,
    consumers: Sequence[Consumer] = wiring.CONSUMERS,
    queues: Sequence[str] | None = None,
) -> None:
    """Run a worker on the running loop until `stop` is set or a signal asks to.

    `queues` restricts which jobs it takes; None takes all.
    """
    wiring.load_jobs()
    wiring.connect_privacy()
    wiring.connect_webhooks(settings)
    eod.begin_with(settings.end_of_day_first)
    stop = stop or asyncio.Event()
    needed = CONCURRENCY * CONNECTIONS_OF_A_JOB + len(consumers) + SPARE_CONNECTIONS
    enough = max(settings.database_pool_size, needed)
    database = connect(settings.model_copy(update={"database_pool_size": enough}))
    metrics.watch_connections(database)
    wiring.connect_channels(settings, database)
    wiring.connect_payments(settings)
    wiring.connect_bills(settings)
    wiring.connect_crypto(settings)
    try:
        await crypto.start(database, at=now())
        async with crypto.refreshing(database, clock=now):
            with _signals(stop), _metrics_page(settings):
                logger.info(
                    "worker started",
                    pid=os.getpid(),
                    consumers=[consumer.name for consumer in consumers],
                    tasks=sorted(jobs.task_names()),
                )
                async with asyncio.TaskGroup() as group:
                    group.create_task(Relay(database, consumers).run(stop))
                    group.create_task(
                        jobs.run(
                            database,
                            stop,
                            concurrency=CONCURRENCY,
                            shutdown_seconds=STOP_SECONDS,
                            queues=queues,
                        )
                    )
                    group.create_task(_beat(stop))
            logger.info("worker stopped")
    finally:
        await database.close()


async def _beat(stop: asyncio.Event) -> None:
    """Say now and then that the worker lives, for whoever reads the log."""
    while not stop.is_set():
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await stop.wait()
        except TimeoutError:
            logger.info("worker alive")


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextmanager
def _metrics_page(settings: Settings) -> Iterator[None]:
    if settings.worker_metrics_port is None:
        yield
        return
    server, thread = start_http_server(settings.worker_metrics_port, addr=settings.host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
