"""Ends a process in which a test stands still although its time is over.

pytest-timeout raises once, in the main thread. A run would never end where nothing runs there that
can be interrupted, or where what tidies up afterwards waits as well. Here a thread of the
interpreter's own writes where all threads are and ends the process; xdist then names the test,
counts it as failed and begins another worker.
"""

import faulthandler
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

GRACE_SECONDS: Final = 60
_ERRORS: Final = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ERRORS] = os.dup(2)  # nothing is captured at this moment


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    with _watching(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    with _watching(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    with _watching(item):
        yield


@contextmanager
def _watching(item: pytest.Item) -> Iterator[None]:
    """Give a phase of a test the test's time and a grace."""
    marker = item.get_closest_marker("timeout")
    seconds = float(marker.args[0] if marker else item.config.getini("timeout"))
    faulthandler.dump_traceback_later(
        seconds + GRACE_SECONDS, file=item.config.stash[_ERRORS], exit=True
    )
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
