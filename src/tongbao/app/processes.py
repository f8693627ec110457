"""Child processes of `tongbao run`: started together, watched, stopped in order.

A child runs in a session of its own, so that Ctrl-C reaches the parent alone, which then stops its
children one after the other. It also watches its standard input, which the parent holds open: when
the parent dies without a word, even by kill -9, the child stops by itself.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass

STOP_SECONDS_MAX = 20
WATCH_PARENT = "TONGBAO_WATCH_PARENT"


@dataclass(slots=True)
class Child:
    """A running child process."""

    name: str
    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Ask it to stop; kill it if it does not within `STOP_SECONDS_MAX`."""
        if self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(name: str, *arguments: str, environment: Mapping[str, str]) -> Child:
    """Start `tongbao ARGUMENTS` with `environment` on top of ours."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tongbao",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **environment, WATCH_PARENT: "1"},
    )
    return Child(name=name, process=process)


def stop_with_parent() -> None:
    """In a child: end when the parent does. Does nothing in a process somebody else started."""
    if not os.environ.pop(WATCH_PARENT, None):
        return

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
