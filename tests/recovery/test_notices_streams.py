"""Streams behind the real server, with two processes that serve: cut, resumed, and told to stop."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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

SECONDS = 20  # only so that a failure is not a standstill
Event = tuple[int | None, str, Any]


@pytest.fixture
def served(bank: Bank, tmp_path: Path) -> Iterator[tuple[Program, str]]:
    """Serve the API from two processes, on the database of these tests."""
    port = free_port()
    environment = {
        "TONGBAO_DATABASE_URL": bank.urls.app,
        "TONGBAO_PORT": str(port),
        "TONGBAO_API_WORKERS": "2",
        "PYTHONUNBUFFERED": "1",
        "TONGBAO_DATA_DIR": str(tmp_path / "data"),
    }
    address = f"http://127.0.0.1:{port}"
    with program("serve", environment=environment, log=tmp_path / "log") as api:
        api.wait_until(lambda: answers(f"{address}/health/ready"), "answer")
        yield api, address


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
    bank: Bank, served: tuple[Program, str], reader: Firm
) -> None:
    api, address = served
    with ExitStack() as stack:
        pages = [stack.enter_context(connected(address, reader)) for _ in range(6)]
        assert {page.next()[:2] for page in pages} == {(0, "ready")}
        await happen(bank, reader, "1.00")
        assert [amounts([page.next()]) for page in pages] == [[(1, "1.00")]] * 6
    for amount in ("2.00", "3.00"):
        await happen(bank, reader, amount)
    with ExitStack() as stack:
        pages = [stack.enter_context(connected(address, reader, last=1)) for _ in range(6)]
        missed = [[page.next(), page.next()] for page in pages]
        assert [amounts(each) for each in missed] == [[(2, "3.00"), (3, "6.00")]] * 6
        await happen(bank, reader, "4.00")
        assert [amounts([page.next()]) for page in pages] == [[(4, "10.00")]] * 6
        assert len(busy(api)) == 2, "both processes have streams, or nothing was shown"

        api.process.send_signal(signal.SIGTERM)
        assert [page.rest() for page in pages] == [[(None, "end", {"why": "closing"})]] * 6
    assert api.process.wait(SECONDS) == 0
    said = api.said()
    assert "Traceback" not in said
    assert said.count("/api/v1/notices/stream") == 12, "each stream has its line, at its end"


def busy(api: Program) -> set[int]:
    """Return the processes below a program that have connections open with somebody."""
    return {
        each.pid
        for each in api.children()
        if [one for one in each.net_connections("tcp") if one.status == "ESTABLISHED"]
    }
