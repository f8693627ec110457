"""Streams behind the real server, with two processes that serve: cut, resumed, and told to stop."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.bank import Bank, bank, outside, trained
from tests.support.money import pay_in
from tests.support.people import Firm, begin, firm, tell
from tests.support.programs import Program, answers, free_port, program

__all__ = ["bank", "outside", "trained"]

pytestmark = pytest.mark.slow

SECONDS = 60  # only so that a failure is not a standstill
Event = tuple[int | None, str, Any]


@dataclass(frozen=True)
class Served:
    """A process that serves the API."""

    program: Program
    address: str


@pytest.fixture
def served(bank: Bank, tmp_path: Path) -> Iterator[list[Served]]:
    """Serve the API from two processes, on the database of these tests."""
    with ExitStack() as stack:
        found = []
        for name in ("one", "other"):
            port = free_port()
            environment = {
                "TONGBAO_DATABASE_URL": bank.urls.app,
                "TONGBAO_PORT": str(port),
                "TONGBAO_DATA_DIR": str(tmp_path / name),
                "PYTHONUNBUFFERED": "1",
            }
            started = program("serve", environment=environment, log=tmp_path / f"{name}.log")
            found.append(Served(stack.enter_context(started), f"http://127.0.0.1:{port}"))
        for each in found:
            ready = partial(answers, f"{each.address}/health/ready")
            each.program.wait_until(ready, "answer")
        yield found


class Connection:
    """One stream over a connection of its own."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self) -> Event:
        """Return the next event."""
        until = time.monotonic() + SECONDS
        found: dict[str, str] = {}
        for line in self._lines:
            if not line and "event" in found:
                number = int(found["id"]) if "id" in found else None
                return number, found["event"], json.loads(found["data"])
            assert time.monotonic() < until, "heartbeats only"
            name, _, value = line.partition(": ")
            found[name] = value
        raise EOFError

    def rest(self) -> list[Event]:
        """Return what comes until the other side closes."""
        events = []
        try:
            while True:
                events.append(self.next())
        except EOFError:
            return events


@contextmanager
def connected(address: str, reader: Firm, *, last: int | None = None) -> Iterator[Connection]:
    headers = dict(reader.headers)
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    with (
        httpx2.Client(timeout=SECONDS, trust_env=False) as client,
        client.stream("GET", f"{address}/api/v1/notices/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        yield Connection(answer.iter_lines())


@pytest.fixture
async def reader(bank: Bank) -> Firm:
    await begin(bank)
    made = await firm(bank)
    await tell(bank)
    return made


async def happen(bank: Bank, reader: Firm, amount: str) -> None:
    await pay_in(bank.database, reader.account["id"], amount)
    await tell(bank)


def amounts(events: list[Event]) -> list[tuple[int | None, str]]:
    return [(number, data["booked"]["amount"]) for number, _, data in events]


async def test_pages_at_both_processes_hear_the_same_and_resume_at_either(
    bank: Bank, served: list[Served], reader: Firm
) -> None:
    with ExitStack() as stack:
        pages = [stack.enter_context(connected(each.address, reader)) for each in served]
        assert [page.next()[:2] for page in pages] == [(0, "ready")] * 2
        await happen(bank, reader, "1.00")
        assert [amounts([page.next()]) for page in pages] == [[(1, "1.00")]] * 2
    for amount in ("2.00", "3.00"):
        await happen(bank, reader, amount)
    with ExitStack() as stack:
        pages = [stack.enter_context(connected(each.address, reader, last=1)) for each in served]
        missed = [amounts([page.next(), page.next()]) for page in pages]
        assert missed == [[(2, "3.00"), (3, "6.00")]] * 2
        await happen(bank, reader, "4.00")
        assert [amounts([page.next()]) for page in pages] == [[(4, "10.00")]] * 2

        one, other = served
        one.program.process.send_signal(signal.SIGTERM)
        assert pages[0].rest() == [(None, "end", {"why": "closing"})]
        assert one.program.process.wait(SECONDS) == 0
        await happen(bank, reader, "5.00")
        assert amounts([pages[1].next()]) == [(5, "15.00")]
        other.program.process.send_signal(signal.SIGINT)
        assert pages[1].rest() == [(None, "end", {"why": "closing"})]
        assert other.program.process.wait(SECONDS) == 0
    for each in served:
        assert "Traceback" not in each.program.said()
        assert each.program.said().count("/api/v1/notices/stream") == 2, "a line for each"
