"""Where several API workers count together; a module of its own because of when it must run.

`prometheus_client` decides where it counts when it is first imported, and a forked worker keeps
what its parent decided. So this runs, and imports nothing that counts, before anything else does.
"""

import os
import sys
from pathlib import Path
from typing import Final

MULTIPROCESS_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"


def share_between_processes(directory: Path) -> None:
    """Let this process and its children count together, in files of `directory`, emptied first.

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
