"""What the worker does for the ledger each minute."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.support.raw_ledger import AT, PENDING, Raw, furnish, moved
from tongbao.core.ledger import jobs, service
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext, task_names
from tongbao.infra.postgres import Urls

EXPIRES_AT = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def raw(fresh_database: Callable[..., Urls]) -> Raw:
    return furnish(fresh_database())


@pytest_asyncio.fixture
async def context(raw: Raw) -> AsyncIterator[JobContext]:
    database = Database.connect(raw.urls.app, pool_size=2)
    yield JobContext(database=database, at=AT)
    await database.close()


async def test_what_is_held_is_released_when_its_time_is_over(
    raw: Raw, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "EXPIRED_MAX", 2)
    monkeypatch.setattr(service.resolving, "EXPIRED_MAX", 2)
    for _ in range(5):
        raw.book(moved(raw.ada, raw.bob, 1_000, kind=PENDING, expires_at=EXPIRES_AT))
    for_ever = raw.book(moved(raw.ada, raw.bob, 1_000, kind=PENDING))
    await jobs.expire(context)  # not yet
    assert raw.one("SELECT count(*) FROM ledger_open_pending") == 6
    with raw.clock_at(EXPIRES_AT):
        await jobs.expire(context)
        await jobs.expire(context)
    assert (
        raw.one(
            "SELECT uid FROM ledger_transaction t JOIN ledger_open_pending o"
            " ON o.transaction_id = t.id"
        )
        == for_ever
    )
    assert raw.one("SELECT count(*) FROM ledger_transaction WHERE kind = 'expiry'") == 5
    assert raw.post(moved(raw.ada, raw.bob, 9_001)) == ["insufficient_funds"]
    assert raw.post(moved(raw.ada, raw.bob, 9_000)) == [None]
    assert raw.findings() == []


def test_the_worker_has_all_of_the_ledgers_jobs() -> None:
    assert {name for name in task_names() if name.startswith("ledger.")} == {
        "ledger.expire",
        "ledger.extend_days",
        "ledger.extend_tree",
        "ledger.roll_up",
        "ledger.verify",
    }
