"""Slots: one at a time, whichever process asks, with a rest between."""

import os
import subprocess
import sys
import time
from pathlib import Path
from struct import pack

import pytest

from tongbao.infra import slots
from tongbao.infra.slots import Slot

REST_SECONDS = 0.5

# Tells whether another process could take the slot now.
ASK = """
import fcntl, sys
with open(sys.argv[1], "rb") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("taken")
    else:
        print("free")
"""


class Clock:
    """Stands still unless somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(slots, "time", clock)
    return clock


def a_slot(folder: Path) -> Slot:
    return Slot("work", rest_seconds=REST_SECONDS, folder=folder)


def seen_by_another_process(slot: Slot) -> str:
    command = [sys.executable, "-c", ASK, str(slot.path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_slot_is_taken_for_every_process_until_the_turn_ends(tmp_path: Path) -> None:
    slot = a_slot(tmp_path)
    with slot.turn():
        assert seen_by_another_process(slot) == "taken"
    assert seen_by_another_process(slot) == "free"
    with pytest.raises(ZeroDivisionError), slot.turn():
        _ = 1 / 0
    assert seen_by_another_process(slot) == "free"


def test_it_rests_between_turns_whoever_has_the_next(tmp_path: Path, clock: Clock) -> None:
    with a_slot(tmp_path).turn():
        clock.now += 7.0  # the work itself
    assert clock.slept == []
    clock.now += REST_SECONDS / 4
    with a_slot(tmp_path).turn():
        assert clock.slept == [pytest.approx(REST_SECONDS * 3 / 4)]


def test_who_comes_later_than_the_rest_does_not_wait(tmp_path: Path, clock: Clock) -> None:
    with a_slot(tmp_path).turn():
        pass
    clock.now += REST_SECONDS
    with a_slot(tmp_path).turn():
        assert clock.slept == []


def test_a_turn_before_the_machine_was_started_anew_is_forgotten(
    tmp_path: Path, clock: Clock
) -> None:
    slot = a_slot(tmp_path)
    slot.path.write_bytes(pack("d", clock.now + 1e6))
    with slot.turn():
        assert clock.slept == []


@pytest.mark.parametrize("written", [b"", b"torn"])
def test_a_file_without_a_moment_is_no_turn(tmp_path: Path, clock: Clock, written: bytes) -> None:
    slot = a_slot(tmp_path)
    slot.path.write_bytes(written)
    with slot.turn():
        assert clock.slept == []


def test_without_a_file_of_ones_own_the_work_is_done_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"work-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    done = []
    with a_slot(tmp_path).turn():
        done.append("a link")
    assert not (tmp_path / "elsewhere").exists()
    with a_slot(tmp_path / "missing").turn():
        done.append("no folder")
    real = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: real + 1)
    foreign = Slot("foreign", rest_seconds=REST_SECONDS, folder=tmp_path)
    with foreign.turn():
        assert seen_by_another_process(foreign) == "free"
        done.append("another's file")
    assert done == ["a link", "no folder", "another's file"]


def test_all_processes_of_a_machine_share_the_clock() -> None:
    before = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-c", "import time; print(repr(time.monotonic()))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert before <= float(said) <= time.monotonic()
