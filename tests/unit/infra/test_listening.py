import pickle
import socket
import subprocess
import sys

import pytest
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE

from tongbao.infra.listening import shared_socket

CONNECTIONS = 64
LEAST = 8
"""Fewer for one of two happens once in ten thousand million times."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers share one socket here")


def nothing() -> None:
    pass


def config(port: int) -> Config:
    return Config(nothing, host="127.0.0.1", port=port, log_config=None)


def accepted(listening: socket.socket) -> int:
    listening.setblocking(False)
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_each_worker_gets_a_part_of_what_arrives() -> None:
    with shared_socket(config(0)) as held:
        workers = [pickle.loads(pickle.dumps(held)) for _ in range(2)]  # noqa: S301 - our own
        for worker in workers:
            worker.listen(CONNECTIONS)
        clients = [socket.create_connection(held.getsockname()) for _ in range(CONNECTIONS)]
        counts = [accepted(worker) for worker in workers]
        for each in [*clients, *workers]:
            each.close()
    assert sum(counts) == CONNECTIONS
    assert min(counts) >= LEAST


def test_a_port_that_another_platform_serves_is_refused() -> None:
    with shared_socket(config(0)) as held:
        held.listen()
        port = held.getsockname()[1]
        second = f"""
from uvicorn import Config
from tongbao.infra.listening import shared_socket
shared_socket(Config(print, host="127.0.0.1", port={port}))
"""
        ended = subprocess.run([sys.executable, "-c", second], capture_output=True, check=False)
    assert ended.returncode == STARTUP_FAILURE
    assert b"in use" in ended.stderr
