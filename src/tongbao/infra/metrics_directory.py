"""Where several API workers count together; a module of its own because of when it must run.

`prometheus_client` decides where it counts when it is first imported. So this runs, and imports
nothing that counts, before anything else does: in the process that starts the workers, and again in
each of them.
"""

import os
import sys
from pathlib import Path
from typing import Final

MULTIPROCESS_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"


def share_between_processes(directory: Path) -> None:
    """Let the children of this process count together, in files of `directory`, emptied first.

    To be called by whoever starts several API workers, before it starts them. Raises
    `RuntimeError` when `prometheus_client` is imported already, for then it is too late.
    """
    if "prometheus_client" in sys.modules:
        msg = "prometheus_client was imported before it was told where to count"
        raise RuntimeError(msg)
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.db"):
        old.unlink()
    os.environ[MULTIPROCESS_DIRECTORY] = str(directory)


def count_with_others() -> None:
    """Let this process, a worker, count where it was told to, if it was.

    Metrics ask which process they are in whenever one of them moves, five times a request, and each
    time the system's kernel; here they ask once, and again after a fork.
    """
    if MULTIPROCESS_DIRECTORY not in os.environ:
        return
    from prometheus_client import values  # noqa: PLC0415 - not before it knows where to count

    values.ValueClass = values.MultiProcessValue(_Process())  # type: ignore[no-untyped-call]


class _Process:
    """The number of this process."""

    def __init__(self) -> None:
        self._ask()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._ask)

    def _ask(self) -> None:
        self._number = os.getpid()

    def __call__(self) -> int:
        return self._number
