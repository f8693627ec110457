"""Which core works on what."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongbao.infra import cores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one choose")

# A child as the API's workers are: it says where its loop may run, and where a helper may.
WORKER = """
import multiprocessing, os, threading, time
from tongbao.infra import cores

def work(pipe):
    pipe.recv()
    helper = []
    def help():
        kept = os.sched_getaffinity(0)
        cores.roam()
        helper.extend([kept, os.sched_getaffinity(0)])
    thread = threading.Thread(target=help)
    thread.start()
    thread.join()
    pipe.send([os.sched_getaffinity(0), *helper, cores.allowed()])

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    pipes, workers = [], []
    for _ in range(COUNT):
        ours, theirs = spawn.Pipe()
        worker = spawn.Process(target=work, args=[theirs])
        worker.start()
        pipes.append(ours)
        workers.append(worker)
    cores.spread([worker.pid for worker in workers])
    for pipe in pipes:
        pipe.send("now")
        print(*(",".join(map(str, sorted(each))) for each in pipe.recv()))
"""


@pytest.fixture
def two() -> Iterator[list[int]]:
    """Let these tests use two cores, and return which."""
    usable = os.sched_getaffinity(0)
    if len(usable) < 2:
        pytest.skip("one core is no choice")
    few = sorted(usable)[:2]
    os.sched_setaffinity(0, few)
    yield few
    os.sched_setaffinity(0, usable)


def test_as_many_workers_as_cores_keep_to_one_each_and_their_helpers_roam(
    tmp_path: Path, two: list[int]
) -> None:
    every = ",".join(map(str, two))
    assert _said(tmp_path, 2) == [f"{core} {core} {every} {every}" for core in two]


def test_other_numbers_of_workers_are_left_to_the_kernel(tmp_path: Path, two: list[int]) -> None:
    every = ",".join(map(str, two))
    assert _said(tmp_path, 3) == [" ".join([every] * 4)] * 3


def test_twice_as_many_share_them_evenly(tmp_path: Path, two: list[int]) -> None:
    loops = [said.split()[0] for said in _said(tmp_path, 4)]
    assert loops == [str(core) for core in two] * 2


def test_one_core_is_left_alone(two: list[int]) -> None:
    os.sched_setaffinity(0, two[:1])
    cores.spread([os.getpid()])
    assert os.sched_getaffinity(0) == cores.allowed() == {two[0]}


def test_a_process_that_has_ended_does_no_harm(two: list[int]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    cores.spread([ended.pid, ended.pid])
    assert sorted(os.sched_getaffinity(0)) == two


def _said(folder: Path, count: int) -> list[str]:
    program = folder / "worker.py"
    program.write_text(WORKER.replace("COUNT", str(count)))
    return subprocess.run(
        [sys.executable, program], check=True, capture_output=True, text=True, timeout=60
    ).stdout.splitlines()
