"""What becomes of the tests of a worker that died."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.scheduling import ByFile

TESTS = [*(f"tests/a.py::{n}" for n in range(4)), *(f"tests/{file}.py::0" for file in "bcdefg")]


class Worker:
    """Runs what it is given when it knows the next test, or that there is none."""

    gateway = SimpleNamespace(id="gw", spec="popen")

    def __init__(self, schedule: ByFile) -> None:
        self.schedule = schedule
        self.given: list[int] = []
        self.done: list[str] = []
        self.shutting_down = False
        schedule.add_node(self)
        schedule.add_node_collection(self, TESTS)

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def run(self, count: int = len(TESTS)) -> None:
        for _ in range(count):
            if len(self.given) > 1 or (self.given and self.shutting_down):
                self.done.append(TESTS[self.given.pop(0)])
                self.schedule.mark_test_complete(self, TESTS.index(self.done[-1]))


@pytest.fixture
def schedule(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> ByFile:
    monkeypatch.setattr(pytestconfig.option, "tx", ["2*popen"])
    return ByFile(pytestconfig)


@pytest.mark.parametrize("before", range(8))
def test_the_test_a_worker_dies_of_is_not_run_again_and_all_others_are(
    schedule: ByFile, before: int
) -> None:
    dies, other = Worker(schedule), Worker(schedule)
    schedule.schedule()
    dies.run(before)
    died_of = TESTS[dies.given[0]] if dies.given else None
    assert schedule.remove_node(node_of(dies)) == died_of
    instead = Worker(schedule)
    schedule.schedule()
    instead.run()
    other.run()
    for each in (instead, other):
        assert (each.given, each.shutting_down) == ([], True)
    ran = dies.done + instead.done + other.done
    assert sorted([*ran, *([died_of] if died_of else [])]) == sorted(TESTS)
    assert not schedule.has_pending


def node_of(worker: Worker) -> Any:
    return worker
