"""Ends one day of a database and dies on the way, as often as there are places to die at.

    eod_worker.py URL DAY

Each attempt is a process of its own, forked before anything was opened, that kills itself with
SIGKILL: one within its first piece, after what that wrote and before its commit; the next behind
it, before the second piece begins; and so on from there, until one comes to the end. Prints the
places at which somebody died.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from tongbao.app import eod
from tongbao.core.accounts.service import end_of_day
from tongbao.infra import runs
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE

WITHIN_FIRST = 1
BEFORE_SECOND = 2
"""Places are passed in turns: before a piece, within it, before the next one."""

PIECES = {"ACCOUNTS_MAX": 2, "CREDITS_MAX": 2, "POSTINGS_MAX": 5}
"""So small that a few accounts make many pieces."""

Die = Callable[[str], None]


def dying(step: runs.Step, die: Die) -> runs.Step:
    """Return the step with a place to die before and after what each of its pieces writes."""

    async def work(
        tx: WriteSession, *, day: date, cursor: str | None, at: datetime
    ) -> runs.Progress:
        die(f"before a piece of {step.name}")
        progress = await step.work(tx, day=day, cursor=cursor, at=at)
        die(f"within a piece of {step.name}")
        return progress

    return runs.Step(step.name, work)


async def end(url: str, day: date, die: Die) -> None:
    """End the day."""
    at = datetime.combine(day + timedelta(days=1), time(4), UTC)
    database = Database.connect(url, role=APP_ROLE)
    steps = [dying(step, die) for step in eod.STEPS]
    await eod.end_days(database, clock=lambda: at, upto=day, steps=steps)
    await database.close()


def attempt(url: str, day: date, place_to_die: int, told: int) -> None:
    """End the day, and die at the place with this number, having said which one it was."""
    passed = count()

    def die(place: str) -> None:
        if next(passed) == place_to_die:
            os.write(told, place.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(end(url, day, die))


def main(url: str, day: date) -> None:
    """Attempt until one lives."""
    for name, most in PIECES.items():
        setattr(end_of_day, name, most)
    places: list[str] = []
    for number in count():
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            attempt(url, day, WITHIN_FIRST if number % 2 == 0 else BEFORE_SECOND, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as said:
            place = said.read().decode()
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            break
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, place
        places.append(place)
    sys.stdout.write(json.dumps(places))


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]))
