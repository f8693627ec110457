"""Pays one day's standing orders and dies on the way, as often as there are places to die at.

    standing_worker.py URL DAY

As `eod_worker.py`: each attempt is a process of its own that kills itself with SIGKILL, within its
first piece or before its second, until one comes to the end. Prints the places of death.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, date, datetime, time
from itertools import count

from tests.recovery.eod_worker import BEFORE_SECOND, WITHIN_FIRST, Die, dying
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE
from tongbao.products.standing.service import pay_days
from tongbao.products.standing.service.running import STEPS


async def pay(url: str, day: date, die: Die) -> None:
    """Pay the day's orders."""
    database = Database.connect(url, role=APP_ROLE)
    steps = [dying(step, die) for step in STEPS]
    await pay_days(database, at=datetime.combine(day, time(0), UTC), upto=day, steps=steps)
    await database.close()


def attempt(url: str, day: date, place_to_die: int, told: int) -> None:
    """Pay, and die at the place with this number, having said which one it was."""
    passed = count()

    def die(place: str) -> None:
        if next(passed) == place_to_die:
            os.write(told, place.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(pay(url, day, die))


def main(url: str, day: date) -> None:
    """Attempt until one lives."""
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
