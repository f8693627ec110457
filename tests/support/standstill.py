"""No test stands still for ever, whatever holds it up.

pytest-timeout raises an exception in the main thread, once. It ends no test whose main thread sits
in native code with the interpreter's lock, none whose exception an event loop has put into some
task, and none that hangs once more while its fixtures are taken down. So a watch outside the
interpreter ends the process a while later and prints where every thread was. xdist reports the test
as failed and goes on with another worker.
"""

import faulthandler
import os
from collections.abc import Generator
from typing import Final

import pytest

GRACE_SECONDS: Final = 90
"""From the time-out's exception to the end of the process."""

_STDERR: Final = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    # A copy of it: what a test prints is captured. It is our own as long as the process lives.
    config.stash[_STDERR] = os.dup(2)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    _watch(item)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _watch(item)  # once more: a failure has ended the watch


@pytest.hookimpl
def pytest_enter_pdb() -> None:
    faulthandler.cancel_dump_traceback_later()  # somebody looks around, and takes their time


def _watch(item: pytest.Item) -> None:
    seconds = seconds_max(item)
    if seconds is not None:
        faulthandler.dump_traceback_later(seconds, exit=True, file=item.config.stash[_STDERR])


def seconds_max(item: pytest.Item) -> float | None:
    """Return how long a test may take; none where time-outs are turned off."""
    marker = item.get_closest_marker("timeout")
    given = item.config.getoption("--timeout", default=None)
    given = item.config.getini("timeout") if given is None else given
    seconds = float(marker.args[0] if marker and marker.args else given or 0)
    return seconds + GRACE_SECONDS if seconds else None
