"""How xdist hands out tests: file by file, the slowest first."""

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Each test of these takes tens of seconds and shares little with its neighbours.
ALONE = ("tests/contract/test_schemathesis.py", "tests/recovery/test_run.py")
NEEDED = 2


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """A worker gets a whole file at a time; tests of `ALONE` are handed out one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in ALONE else file

    def remove_node(self, node: WorkerController) -> str | None:
        """Hand out again what a worker that died had left, but not the test it died of.

        xdist would run that one again, and let the next worker die of it.
        """
        given = self.assigned_work.pop(node)
        left = {scope: unit for scope, unit in given.items() if not all(unit.values())}
        if not left:
            return None
        under_way = next(iter(left.values()))
        died_of: str = next(test for test, done in under_way.items() if not done)
        under_way[died_of] = True
        self.workqueue.update(
            {scope: unit for scope, unit in left.items() if not all(unit.values())}
        )
        for other in self.nodes:
            self._reschedule(other)
        return died_of

    def _reschedule(self, node: WorkerController) -> None:
        """Give a worker enough: it runs a test only when it knows the next, or that none comes.

        A worker that has taken a dead one's place would wait for ever with a single test.
        """
        super()._reschedule(node)
        while self._pending_of(self.assigned_work[node]) < NEEDED and not node.shutting_down:
            super()._reschedule(node)


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
