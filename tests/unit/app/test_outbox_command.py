"""`tongbao outbox`: how far consumers are, what was parked, and handling it again."""

import asyncio
import json
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from tests.unit.app.conftest import Tongbao
from tongbao.app import wiring
from tongbao.infra import outbox
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import Urls
from tongbao.kernel.events import Event

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


class Rung(Event):
    type: ClassVar[str] = "test_outbox_command.rung"

    what: str

    @property
    def subject(self) -> str:
        return self.what


class Bell:
    """A consumer that fails until it is mended."""

    def __init__(self) -> None:
        self.broken = True
        self.heard: list[str] = []

    async def ring(self, _tx: WriteSession, event: Rung, _at: datetime) -> None:
        if self.broken:
            msg = "out of order"
            raise RuntimeError(msg)
        self.heard.append(event.what)

    @property
    def consumer(self) -> outbox.Consumer:
        once = outbox.Retry(attempts_max=1)
        return outbox.Consumer(name="bell", handles={Rung: self.ring}, retry=once)


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    made = Bell()
    monkeypatch.setattr(wiring, "CONSUMERS", (made.consumer,))
    return made


def deliver(urls: Urls, bell: Bell, *whats: str) -> None:
    """Append events and hand them to the consumer, once."""

    async def run() -> None:
        database = Database.connect(urls.app)
        async with database.write() as tx:
            await outbox.append(tx, [Rung(what=what) for what in whats], at=AT)
        await outbox.Relay(database, [bell.consumer]).drain()
        await database.close()

    asyncio.run(run())


def test_from_lag_over_parked_to_replay(
    tongbao: Tongbao, of_its_own: Urls, bell: Bell, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = tongbao("outbox", "lag", "--json")
    assert (fresh.status, json.loads(fresh.out)) == (0, {"consumers": [], "never_run": ["bell"]})

    deliver(of_its_own, bell, "one", "two")
    capsys.readouterr()  # what the relay logged
    lag = tongbao("outbox", "lag", "--json")
    assert lag.status == 1
    (row,) = json.loads(lag.out)["consumers"]
    assert row == {"consumer": "bell", "events": 0, "seconds": 0.0, "failures": 0, "parked": 2}
    assert "2 parked" in tongbao("outbox", "lag").out

    listed = tongbao("outbox", "parked", "bell", "--json")
    first, second = json.loads(listed.out)["parked"]
    assert [first["subject"], second["subject"]] == ["one", "two"]
    assert first["error"] == "RuntimeError"
    assert first["type"] == "test_outbox_command.rung"
    rest = tongbao("outbox", "parked", "bell", "--after", first["seq"], "--json")
    assert [each["seq"] for each in json.loads(rest.out)["parked"]] == [second["seq"]]

    again = tongbao("outbox", "replay", "bell", "--json")
    assert (again.status, json.loads(again.out)["handled"]) == (1, [])
    bell.broken = False
    done = tongbao("outbox", "replay", "bell", "--limit", "1", "--json")
    assert (done.status, json.loads(done.out)) == (0, {"handled": [first["seq"]], "failed": []})
    assert "1 handled, 0 failed" in tongbao("outbox", "replay", "bell").out
    assert bell.heard == ["one", "two"]
    assert tongbao("outbox", "parked", "bell").out == "Nothing is parked.\n"
    assert tongbao("outbox", "lag").status == 0


@pytest.mark.parametrize("command", ["parked", "replay"])
def test_a_consumer_nobody_knows(tongbao: Tongbao, bell: Bell, command: str) -> None:
    ended = tongbao("outbox", command, "whistle")
    assert ended.status == 2
    assert "There is no consumer whistle: bell" in ended.out
