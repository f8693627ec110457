"""What coverage is spared of: the greenlets that SQLAlchemy talks to the driver in."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from sqlalchemy.util import await_, greenlet_spawn


@contextmanager
def traced() -> Iterator[list[str]]:
    """Collect the names of the functions that a tracer sees, as coverage would."""
    seen: list[str] = []

    def tracer(frame: FrameType, _event: str, _argument: object) -> None:
        seen.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield seen
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def outside() -> None:
    pass


def inside() -> None:
    pass


async def driver(*, fails: bool) -> None:
    await asyncio.sleep(0)
    if fails:
        raise ConnectionResetError


def statement(*, fails: bool) -> None:
    inside()
    try:
        await_(driver(fails=fails))
    finally:
        inside()


async def test_nothing_inside_is_seen_and_everything_outside() -> None:
    with traced() as seen:
        await greenlet_spawn(statement, fails=False)
        outside()
    assert {"driver", "outside"} <= set(seen)
    assert not {"statement", "inside"} & set(seen)


async def test_so_it_is_when_the_driver_fails() -> None:
    with traced() as seen:
        with pytest.raises(ConnectionResetError):
            await greenlet_spawn(statement, fails=True)
        outside()
    assert {"driver", "outside"} <= set(seen)
    assert not {"statement", "inside"} & set(seen)
