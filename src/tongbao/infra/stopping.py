"""Hearing that this process is told to stop, beside the server that serves in it.

A server waits for answers under way before it tells the application to shut down. An answer that
goes on until somebody ends it has to hear of it before.
"""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def also_at_stop(callback: Callable[[], None]) -> None:
    """Have `callback` run on the running loop when SIGINT or SIGTERM comes; the main thread's.

    Whoever handles the signal already still does. A handler of the loop's own is reached by the
    loop through its wake-up descriptor, whatever is installed here; any other is called.
    """
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(callback)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
