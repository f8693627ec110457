"""Our own commands as processes of their own, for tests of how they start, serve and stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil

STOP_SECONDS_MAX = 30


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Tell whether there is a success at an address."""
    try:
        return httpx2.get(address, timeout=2, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


class Program:
    """A running `tongbao ...`; what it says goes to the file `log`."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tongbao", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def children(self) -> list[psutil.Process]:
        """Return every process below it."""
        try:
            found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return found

    def wait_until(self, done: Callable[[], bool], what: str, *, seconds: float = 90) -> None:
        """Wait until something is done; it must not end before."""
        give_up_at = time.monotonic() + seconds
        while not done():
            assert self.process.poll() is None, f"it ended without: {what}\n{self.said()}"
            assert time.monotonic() < give_up_at, f"no {what} in {seconds} s\n{self.said()}"
            time.sleep(0.05)

    def wait_for(self, words: str) -> None:
        """Wait until it says something."""
        self.wait_until(lambda: words in self.said(), words)

    def end(self, number: int) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS_MAX)


@contextmanager
def program(*arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[Program]:
    """Run `tongbao ARGUMENTS`; whatever still runs of it at the end is killed."""
    started = Program(*arguments, environment=environment, log=log)
    family: list[psutil.Process] = []
    try:
        yield started
    finally:
        family = started.children()
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                started.process.wait(STOP_SECONDS_MAX)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait(STOP_SECONDS_MAX)
