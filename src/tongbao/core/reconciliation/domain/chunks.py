"""Long lists in pieces of bounded length."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Value = TypeVar("Value")


def chunks(values: Sequence[Value], length: int) -> Iterator[Sequence[Value]]:
    """Yield a list in pieces of at most so many."""
    for start in range(0, len(values), length):
        yield values[start : start + length]
