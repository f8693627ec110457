"""The API under uvicorn, with one worker process or several."""

import asyncio
import multiprocessing
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from tongbao.app.collecting import spare_what_is_there
from tongbao.infra import cores
from tongbao.infra.connection import Connection
from tongbao.infra.listening import shared_socket
from tongbao.infra.metrics_directory import count_with_others, share_between_processes
from tongbao.infra.settings import Settings
from tongbao.infra.stopping import also_at_stop
from tongbao.infra.tls import TlsFiles

if TYPE_CHECKING:
    from fastapi import FastAPI

BACKLOG: Final = 1024
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the proxies in front keep a connection, so that they are the ones who end it."""
HANGS_AFTER_SECONDS: Final = 60
"""A worker that does not say for so long that it lives is replaced."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first.

    With certificate and key it speaks TLS 1.3 and nothing older. Raises `TlsUnusable`, and what
    `check_keys` raises.
    """
    tls = None
    if settings.tls_certificate_file is not None:
        assert settings.tls_key_file is not None, "the settings give both or none"
        tls = TlsFiles.checked(settings.tls_certificate_file, settings.tls_key_file)
    if settings.api_workers > 1:
        share_between_processes(settings.data_dir.resolve() / "metrics")
    # Not before: it imports what counts.
    from tongbao.app.keys import check_keys  # noqa: PLC0415

    asyncio.run(check_keys(settings))
    config = Config(
        "tongbao.app.serve:worker_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=Connection,
        ws="none",
        lifespan="on",
        workers=settings.api_workers,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_worker_healthcheck=HANGS_AFTER_SECONDS,
        proxy_headers=False,  # whom to believe, the application knows (`infra.address`)
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        ssl_context_factory=_only_tls_1_3 if tls else None,
    )
    _end_in_peace()
    if settings.api_workers > 1:
        Workers(config, sockets=[shared_socket(config)]).run()
        return
    server = Server(config)
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


class Workers(Multiprocess):
    """Worker processes, replaced when they die; each keeps to a core of its own if it can."""

    def init_processes(self) -> None:
        """Start them."""
        super().init_processes()
        self._spread()

    def keep_subprocess_alive(self) -> None:
        """Replace those that died; it is called twice a second."""
        super().keep_subprocess_alive()
        self._spread()

    def _spread(self) -> None:
        cores.spread([worker.pid for worker in self.processes if worker.pid is not None])


def _only_tls_1_3(_config: Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _end_in_peace() -> None:
    """Have a process that was told to stop, and has, end as one that did what it was told.

    The server raises the signal again when it has stopped, for whoever was there before it.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)


def _end_with_supervisor() -> None:
    """Stop this worker when whoever looks after it dies without a word."""
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-supervisor", daemon=True).start()


def worker_app() -> "FastAPI":
    """Return the application of a worker process."""
    _end_with_supervisor()
    count_with_others()
    # Not before it is known where metrics are counted.
    from tongbao.app.main import create_app  # noqa: PLC0415

    app = create_app()
    app.state.streams.at_stop = also_at_stop
    spare_what_is_there()
    return app
