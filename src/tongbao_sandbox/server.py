"""Serves an ASGI application from this process, for `python -m tongbao_sandbox` and for tests."""

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Iterator

from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

START_SECONDS_MAX = 10.0
STOP_SECONDS_MAX = 5.0
SETTLE_SECONDS = 0.1  # the server's last native thread ends a little later; see __main__


async def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; raise OSError if the address cannot be listened on."""
    with socket.socket() as probe:  # the server itself would share a taken port without a word
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    server = _server(app, host, port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve `app` from a thread on a free port; give its address (no slash at the end)."""
    port = _free_port()
    server = _server(app, "127.0.0.1", port)
    loop = asyncio.new_event_loop()

    def run() -> None:
        loop.run_until_complete(server.serve())
        loop.run_until_complete(_end_tasks())
        loop.close()

    thread = threading.Thread(target=run, name="tongbao-sandbox", daemon=True)
    thread.start()
    _wait_until_open(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(STOP_SECONDS_MAX)
        time.sleep(SETTLE_SECONDS)


async def _end_tasks() -> None:
    """End what still waits to send a message again."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _server(app: FastAPI, host: str, port: int) -> Server:
    return Server(app, host, port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)


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
