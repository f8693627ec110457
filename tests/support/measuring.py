"""What is run without measuring coverage, which makes Python two to four times slower.

Each of `UNMEASURED` puts one question to every address, walks where others have been, or puts
many cases to rules that unit tests reach once: it finds faults, not lines. The floor is held by
the rest.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy.util.concurrency import _concurrency_shim as shim

UNMEASURED: Final = (
    "tests/chaos/",
    "tests/contract/test_hostile_ledger",
    "tests/contract/test_openapi.py",
    "tests/contract/test_oversized.py",
    "tests/contract/test_permission_matrix.py",
    "tests/contract/test_planted_values.py",
    "tests/contract/test_schemathesis.py",
    "tests/e2e/",
    "tests/properties/",
    "tests/recovery/",
)


@contextmanager
def spared(item: pytest.Item) -> Iterator[None]:
    """Measure nothing while such a test is prepared, run and tidied up after."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = plugin and plugin.cov_controller
    if controller is None or not item.nodeid.startswith(UNMEASURED):
        yield
        return
    controller.pause()
    try:
        yield
    finally:
        controller.resume()


def spare_greenlets() -> None:
    """Measure nothing inside the greenlets that SQLAlchemy talks to the driver in.

    Almost all that runs there is SQLAlchemy. To follow it, coverage would have to ask at every call
    and return, of all code, which greenlet it is in; that is most of what measuring costs.
    """
    shim._AsyncIoGreenlet = _spared(shim._AsyncIoGreenlet)


def _spared(original: type[Any]) -> type[Any]:
    class Spared(original):  # type: ignore[misc]  # SQLAlchemy makes the class when it needs it
        def switch(self, *given: Any, **named: Any) -> Any:
            return _untraced(super().switch, *given, **named)

        def throw(self, *given: Any) -> Any:
            return _untraced(super().throw, *given)

    return Spared


def _untraced(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return function(*given, **named)
    finally:
        sys.settrace(tracer)
