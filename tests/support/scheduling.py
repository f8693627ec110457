"""How xdist hands out tests: file by file, the slowest first."""

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

# Each test of these takes tens of seconds and shares little with its neighbours.
ALONE = ("tests/contract/test_schemathesis.py", "tests/recovery/test_run.py")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """A worker gets a whole file at a time; tests of `ALONE` are handed out one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in ALONE else file


def slowest_first(items: list[pytest.Item]) -> None:
    """Order files so that none that takes long is begun when the others are about to end."""
    tests = Counter(item.path for item in items)
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    alone = {item.path for item in items if item.nodeid.startswith(ALONE)}
    items.sort(
        key=lambda item: (
            item.path not in alone,
            -slow[item.path],
            -tests[item.path],
            str(item.path),
        )
    )
