"""Tests run in several processes: all find the same, and a run ends whatever becomes of one."""

import ast
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
CONFIGURATION = """
from tests.support.scheduling import ByFile
from tests.support import watchdog

watchdog.GRACE_SECONDS = 0

def pytest_configure(config):
    config.pluginmanager.register(watchdog)

def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return ByFile(config, log)
"""
OPTIONS = ("-n2", "--dist=loadfile", "-otimeout=60", "-pno:asyncio")
STANDS_STILL = """
import signal, time, pytest

def test_before(): pass

@pytest.mark.timeout(1)
def test_it():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(1_000)

def test_after(): pass
"""
BY_CHANCE = {"new_id", "token_hex", "token_bytes", "token_urlsafe", "uuid4", "now"}


def chances(decorator: ast.expr) -> list[str]:
    """Return the calls in a decorator whose answer is another one each time."""
    calls = [node.func for node in ast.walk(decorator) if isinstance(node, ast.Call)]
    names = [each.attr if isinstance(each, ast.Attribute) else ast.unparse(each) for each in calls]
    return sorted(BY_CHANCE.intersection(names))


def test_what_tests_are_given_is_the_same_in_every_process() -> None:
    found = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [each for each in node.decorator_list if chances(each)]
                if given:
                    found[f"{file.relative_to(TESTS)}::{node.name}"] = chances(given[0])
    assert found == {}


def test_one_that_stands_still_is_named_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFIGURATION)
    (tmp_path / "test_still.py").write_text(STANDS_STILL)
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS],
        cwd=tmp_path,
        env={"PYTHONPATH": str(TESTS.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "crashed while running 'test_still.py::test_it'" in done.stdout
    assert "1 failed, 3 passed" in done.stdout
    assert 'test_still.py", line 9 in test_it' in done.stderr
