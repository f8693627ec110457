"""Which work is done in runs and may be started by staff."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tongbao.infra import jobs
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.runs.errors import UnknownWork
from tongbao.kernel.text import Text

Check = Callable[[ReadSession, date | None, datetime], Awaitable[None]]
"""Raises unless the work may be done for a day (None: for every day that is missing)."""


@dataclass(frozen=True, slots=True)
class Startable:
    """Work with a name, the job that does it, and when it may be asked for."""

    name: str
    title: Text
    task: str
    check: Check


_known: Final[dict[str, Startable]] = {}


def declare(work: Startable) -> None:
    """Let staff start this work."""
    assert work.name not in _known, f"{work.name} is declared once"
    _known[work.name] = work


def known() -> list[Startable]:
    """Return what may be started, by name."""
    return [_known[name] for name in sorted(_known)]


async def start(tx: WriteSession, *, name: str, day: date | None, at: datetime) -> Startable:
    """Have a worker do the work, up to `day`; None: for every day that is missing.

    Started while it runs, it runs again behind that and finds it done.

    Raises:
        UnknownWork: nothing has this name.
        Whatever the work itself has against the day.
    """
    work = _known.get(name)
    if work is None:
        raise UnknownWork(name=name)
    await work.check(tx, day, at)
    arguments = {"day": None if day is None else day.isoformat()}
    await jobs.defer(tx, work.task, arguments, lock=work.name)
    return work
