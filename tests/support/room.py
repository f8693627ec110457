"""Where the tests' server has its data: in memory where there is plenty, as nothing is to last."""

import shutil
from pathlib import Path
from tempfile import gettempdir
from typing import Final

import psutil

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the server makes a folder that is its own
NEEDED: Final = 10 * 1024**3
"""All databases of a run, with as much to spare."""


def room() -> Path:
    """Return the folder to have it in."""
    if (
        MEMORY.is_dir()
        and shutil.disk_usage(MEMORY).free >= NEEDED
        and psutil.virtual_memory().available >= NEEDED + NEEDED // 2
    ):
        return MEMORY
    return Path(gettempdir())
