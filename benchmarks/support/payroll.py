"""A payroll of 100,000 lines from its bytes to the last line paid, in a process of its own.

So its memory is that of this work alone. The employer is the first customer of a `paying_bank`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from sqlalchemy import update

from benchmarks.support.batches import look
from benchmarks.support.paying_bank import account_id, number
from tongbao.app.collecting import spare_what_is_there
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.products.bulk import service
from tongbao.products.bulk.models import FileRow

LINES = 100_000
EMPLOYER = 0
SALARY_MINOR = 5


def _content(count: int) -> Iterator[bytes]:
    yield "账号,户名,金额,附言\n".encode()
    for line in range(LINES):
        place = 1 + line % (count - 1)
        yield f"{number(place)},bench {place + 1},0.0{SALARY_MINOR},工资\n".encode()


async def _run(url: str, count: int) -> dict[str, float]:
    database = Database.connect(url)
    with SpooledTemporaryFile(max_size=1024 * 1024) as source:
        for line in _content(count):
            source.write(line)
        started = time.perf_counter()
        file = await _hand_in(database, source)
        handed_in = time.perf_counter()
    await service.pay(database, file_id=file, clock=now)
    seconds = time.perf_counter() - started
    async with database.read() as tx:
        row = await tx.get_one(FileRow, file)
        assert (row.state, row.settled) == ("executed", LINES), (row.state, row.settled, row.good)
    await database.close()
    sys.stderr.write(f"handed in after {handed_in - started:.1f} s, paid after {seconds:.1f} s\n")
    return {"seconds": seconds, "mib": _peak_mib()}


def _peak_mib() -> float:
    """Return the most memory this program has had; `getrusage` begins with that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


async def _hand_in(database: Database, source: IO[bytes]) -> UUID:
    """Hand the file in and begin to pay it; its step-up is not what is measured."""
    wish = service.Wish(
        account_id=account_id(EMPLOYER),
        kind=service.FileKind.PAYROLL,
        mode=service.Mode.PARTIAL,
        format=service.FileFormat.CSV,
        name="payroll",
    )
    async with database.write() as tx:
        actor = await identity.find_actor(tx, _user(), now())
        assert actor is not None
        received = await service.receive(tx, cast("Any", source), wish, received_by=actor, at=now())
        assert received.good == LINES, f"{received.wrong} lines are wrong"
        await tx.execute(
            update(FileRow)
            .where(FileRow.id == received.id)
            .values(state="executing", initiated_by=actor.id)
        )
    return received.id


def _user() -> UUID:
    return UUID(f"01900000-0000-7000-b000-{EMPLOYER + 1:012x}")


def main(url: str, count: int) -> None:
    """Run as a worker does, and write the figures to standard output."""
    payments.register_screen("bench", look)
    spare_what_is_there()
    sys.stdout.write(json.dumps(asyncio.run(_run(url, count))) + "\n")


def read(said: bytes) -> dict[str, float]:
    """Return the figures that a process has written."""
    figures: dict[str, float] = json.loads(said.splitlines()[-1])
    return figures
