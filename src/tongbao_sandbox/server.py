"""Serves an ASGI application from this process, for `python -m tongbao_sandbox` and for tests."""

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Iterator

from fastapi import FastAPI
from uvicorn import Config, Server

START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 5.0


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; raise OSError if the address cannot be listened on."""
    with socket.socket() as probe:  # the server itself would end the process without a word
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    for number in (signal.SIGINT, signal.SIGTERM):  # it raises them again when it has stopped
        signal.signal(number, lambda _number, _frame: None)
    _server(app, host, port).run()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve `app` from a thread on a free port; give its address (no slash at the end)."""
    port = _free_port()
    server = _server(app, "127.0.0.1", port)

    async def run() -> None:
        await server.serve()
        await _end_tasks()

    thread = threading.Thread(
        target=lambda: asyncio.run(run()), name="tongbao-sandbox", daemon=True
    )
    thread.start()
    _wait_until_open(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(STOP_SECONDS_MAX)


async def _end_tasks() -> None:
    """End what still waits to send a message again."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _server(app: FastAPI, host: str, port: int) -> Server:
    return Server(
        Config(
            app,
            host=host,
            port=port,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="critical",  # broken requests and answers are its business
        )
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(port: int) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < give_up_at:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.01)
    msg = "the sandbox did not start"
    raise TimeoutError(msg)
