"""A test that hangs where no exception reaches it ends all the same, and says where it was."""

import subprocess
import sys
from pathlib import Path

import pytest

HANGS = """
import ctypes
import pytest
from tests.support import standstill

standstill.GRACE_SECONDS = 0.5

def hold_the_interpreter():
    native, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
    native.pthread_mutex_init(mutex, None)
    for _ in range(2):  # the second time for ever, and no signal's handler runs
        native.pthread_mutex_lock(mutex)

@pytest.fixture
def stubborn():
    yield
    {teardown}

@pytest.mark.timeout(0.5)
def test_hangs(stubborn):
    {call}
"""
SLEEPS = "__import__('time').sleep(100)"
HOLDS = "hold_the_interpreter()"


@pytest.mark.parametrize(("call", "teardown"), [(HOLDS, "pass"), (SLEEPS, SLEEPS), (SLEEPS, HOLDS)])
def test_it_ends_and_says_where_it_was(tmp_path: Path, call: str, teardown: str) -> None:
    (tmp_path / "test_it.py").write_text(HANGS.format(call=call, teardown=teardown))
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.support.standstill"),
            *("-p", "no:cacheprovider", "-c", tmp_path / "pytest.ini", tmp_path),
        ],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1, ended.stdout
    assert "Timeout (0:00:01)!" in ended.stderr
    held = "test_hangs" if teardown == "pass" else "stubborn"
    assert f" in {held}\n" in ended.stderr


def test_one_that_is_quick_enough_is_left_alone(request: pytest.FixtureRequest) -> None:
    from tests.support import standstill  # noqa: PLC0415

    node = request.node
    assert isinstance(node, pytest.Item)
    assert standstill.seconds_max(node) == 300 + standstill.GRACE_SECONDS
