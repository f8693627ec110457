"""Which core of the machine works on what: event loops keep to one each, their helpers roam.

A worker that the kernel moves from core to core finds cold caches, and two may share a core while
another rests. So where there are as many workers as cores, each loop keeps to its own. Threads and
children take over where they may run from whoever starts them: those that work hard beside a loop
say `roam`. On Linux; elsewhere all this does nothing.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Sequence


def spread(processes: Sequence[int]) -> None:
    """Have the loop of each process keep to a core, if each core gets as many as the others."""
    cores = sorted(allowed())
    if len(cores) < 2 or not processes or len(processes) % len(cores):  # noqa: PLR2004
        return
    for place, process in enumerate(processes):
        _keep(process, {cores[place % len(cores)]})


def roam() -> None:
    """Let the thread that calls this run wherever the program may."""
    _keep(0, allowed())


def allowed() -> set[int]:
    """Return the cores this program may use, however few this process keeps to."""
    if sys.platform != "linux":
        return set()
    supervisor = multiprocessing.parent_process()
    if supervisor is not None and supervisor.pid is not None:
        with contextlib.suppress(OSError):  # it is gone, and so are we soon
            return os.sched_getaffinity(supervisor.pid)
    return os.sched_getaffinity(0)


def _keep(thread: int, cores: set[int]) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # it has ended, or nobody may choose here
            os.sched_setaffinity(thread, cores)
