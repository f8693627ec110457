"""A time limit for a short wait that nearly every request has, with one timer for all of them.

`asyncio.timeout` sets a timer and takes it back each time, which costs a busy route as much as
parsing its body. Here all waits have the same limit, so the one that began first ends first, and
there is one timer: for the oldest that still waits when the last one ran out.
"""

import asyncio
from types import TracebackType
from typing import Any


class Deadlines:
    """The waits of one event loop, all with the same limit."""

    def __init__(self, seconds: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.seconds = seconds
        self.ends: dict[asyncio.Task[Any], float] = {}  # in the order they began
        self._timer: asyncio.TimerHandle | None = None

    def add(self, task: asyncio.Task[Any]) -> None:
        """Cancel a task when the time is over, unless it is taken out of `ends` before."""
        self.ends[task] = end = self.loop.time() + self.seconds
        if self._timer is None:
            self._timer = self.loop.call_at(end, self._run_out)

    def _run_out(self) -> None:
        self._timer = None
        now = self.loop.time()
        for task, end in list(self.ends.items()):
            if end > now:
                self._timer = self.loop.call_at(end, self._run_out)
                return
            del self.ends[task]
            task.cancel()


_latest: Deadlines | None = None


class TimeLimit:
    """A block that raises `TimeoutError` when it takes longer; one at a time in a task."""

    __slots__ = ("_cancelling", "_deadlines", "_task")

    def __init__(self, seconds: float) -> None:
        global _latest  # noqa: PLW0603 - a process has one loop and one limit
        task = asyncio.current_task()
        assert task is not None, "a time limit is for a task"
        here = _latest
        if here is None or here.seconds != seconds or here.loop is not asyncio.get_running_loop():
            here = _latest = Deadlines(seconds)
        self._task = task
        self._deadlines = here
        self._cancelling = task.cancelling()

    def __enter__(self) -> None:
        """Begin."""
        assert self._task not in self._deadlines.ends, "one limit at a time"
        self._deadlines.add(self._task)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """End; a cancellation that was not ours stays one."""
        if self._deadlines.ends.pop(self._task, None) is not None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
