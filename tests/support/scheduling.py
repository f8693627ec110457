"""How xdist hands out tests: file by file, the slowest first."""

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Each test of these takes tens of seconds and shares little with its neighbours.
ALONE = ("tests/contract/test_schemathesis.py", "tests/recovery/test_run.py")
LOOKAHEAD = 2


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """A worker gets a whole file at a time; tests of `ALONE` are handed out one by one."""

    def remove_node(self, node: WorkerController) -> str | None:
        """Give others what a worker that died had left, but not the test it died of."""
        left = [
            (scope, unit)
            for scope, unit in self.assigned_work.pop(node).items()
            if not all(unit.values())
        ]
        if not left:
            return None
        _, unit = left[0]
        died_of: str = next(test for test, done in unit.items() if not done)
        unit[died_of] = True
        for scope, unit in reversed(left):
            if not all(unit.values()):
                self.workqueue[scope] = unit
                self.workqueue.move_to_end(scope, last=False)
        for other in self.assigned_work:
            self._reschedule(other)
        return died_of

    def _reschedule(self, node: WorkerController) -> None:
        super()._reschedule(node)
        # A worker begins a test when it knows the one after it, or that there is none.
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < LOOKAHEAD:
            super()._reschedule(node)

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
