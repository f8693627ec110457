"""What is run without measuring coverage, which makes Python two to four times slower.

Each of these puts one question to every address, walks where others have been, or puts many cases
to rules that unit tests reach once: it finds faults, not lines. The floor is held by the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

UNMEASURED: Final = (
    "tests/chaos/",
    "tests/contract/test_hostile_ledger",
    "tests/contract/test_openapi.py",
    "tests/contract/test_oversized.py",
    "tests/contract/test_permission_matrix.py",
    "tests/contract/test_planted_values.py",
    "tests/contract/test_schemathesis.py",
    "tests/e2e/",
    "tests/properties/",
    "tests/recovery/",
)


@contextmanager
def spared(item: pytest.Item) -> Iterator[None]:
    """Measure nothing while such a test is prepared, run and tidied up after."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin and plugin.cov_controller
    if controller is None or not item.nodeid.startswith(UNMEASURED):
        yield
        return
    controller.pause()
    try:
        yield
    finally:
        controller.resume()
