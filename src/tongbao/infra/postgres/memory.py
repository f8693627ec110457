"""How much memory there is: the machine's, or what a container is allowed of it."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

# Control groups of Linux, version 2 and 1; "max" or a huge number where there is no limit.
LIMIT_FILES: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def memory_mib(limit_files: Sequence[Path] = LIMIT_FILES) -> int:
    """Return the memory in MiB that the programs of this process may use together."""
    found = [int(psutil.virtual_memory().total)]
    for file in limit_files:
        with suppress(OSError, ValueError):
            found.append(int(file.read_text(encoding="ascii")))
    return min(found) // 2**20
