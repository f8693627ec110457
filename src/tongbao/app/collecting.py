"""The garbage collector of a process that has started."""

import gc
from typing import Final

CONTAINERS_MIN: Final = 5_000
"""New containers before it looks for cycles. A request or a batch leaves hardly any behind."""


def spare_what_is_there() -> None:
    """Take what has been imported and built out of the collector's sight: it stays until the end.

    Walking through it again and again took a tenth of a busy worker's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(CONTAINERS_MIN)
