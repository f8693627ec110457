"""The callers and the small application of the core's tests."""

from tests.unit.core.conftest import (
    _configured,
    actors,
    app,
    caller,
    client,
    customer,
    problem,
)

__all__ = ["_configured", "actors", "app", "caller", "client", "customer", "problem"]
