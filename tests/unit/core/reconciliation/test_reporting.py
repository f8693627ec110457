"""What is in suspense: told, measured, and an alert when it is there too long."""

from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import select

from tests.support.reconciliation import AT, DAY, Channel, line
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.domain.nouns import BreakAge, age_of
from tongbao.infra.db import Database
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.clock import BANK_ZONE

pytestmark = pytest.mark.asyncio(loop_scope="session")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=BANK_ZONE)


@pytest_asyncio.fixture(loop_scope="session")
async def channel(database: Database) -> Channel:
    """One with a case of DAY: 100 too much."""
    made = await Channel(database).begin()
    await made.state([line("extra", 100)])
    await made.run()
    return made


async def mine(channel: Channel) -> reconciliation.Suspense:
    async with channel.database.read() as tx:
        report = await reconciliation.suspense(tx)
    (found,) = [each for each in report if each.channel == channel.name]
    return found


async def watched(channel: Channel, at: datetime) -> list[str]:
    """Watch; return the alerts of this channel."""
    async with channel.database.write() as tx:
        await reconciliation.watch(tx, at=at)
        rows = await tx.scalars(
            select(OutboxRow).where(
                OutboxRow.type == "reconciliation.suspense_not_zero",
                OutboxRow.subject == channel.name,
            )
        )
        return [row.type for row in rows]


async def test_the_report_tells_what_is_explained_and_what_is_not(channel: Channel) -> None:
    found = await mine(channel)
    assert (found.balance, found.explained, found.unexplained) == (100, 100, 0)
    assert (found.cases, found.oldest_on) == (1, DAY)
    await channel.post([channel.payment("by hand", -30, into=channel.books.suspense)])
    found = await mine(channel)
    assert (found.balance, found.explained, found.unexplained) == (130, 100, 30)
    await channel.run()
    assert (await mine(channel)).unexplained == 0, "now it is a case"


async def test_suspense_is_measured(channel: Channel) -> None:
    await watched(channel, noon(DAY + timedelta(days=5)))
    labels = {"channel": channel.name, "currency": "CNY"}
    assert REGISTRY.get_sample_value("tongbao_reconciliation_suspense_minor", labels) == 100
    name = "tongbao_reconciliation_open_breaks"
    ages = {
        age: REGISTRY.get_sample_value(name, {"channel": channel.name, "age": age.value})
        for age in BreakAge
    }
    assert ages == {age: float(age is BreakAge.WEEK) for age in BreakAge}


async def test_an_alert_comes_when_it_is_too_old_and_not_before(channel: Channel) -> None:
    assert await watched(channel, noon(DAY + timedelta(days=3))) == []
    assert len(await watched(channel, noon(DAY + timedelta(days=4)))) == 1
    await channel.resolve(await channel.cases(), customer=100)
    assert len(await watched(channel, noon(DAY + timedelta(days=9)))) == 1, "no other"


async def test_an_alert_comes_at_once_for_what_no_case_explains(channel: Channel) -> None:
    await channel.post([channel.payment("by hand", -30, into=channel.books.suspense)])
    assert len(await watched(channel, noon(DAY))) == 1


@pytest.mark.parametrize(
    ("days", "age"),
    [(-1, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (8, "8-30"), (30, "8-30"),
     (31, "31+"), (3_000, "31+")],
)  # fmt: skip
async def test_ages(days: int, age: str) -> None:
    assert age_of(DAY, today=DAY + timedelta(days=days)).value == age


async def test_the_clock_of_these_tests_is_after_their_days() -> None:
    assert AT.date() > DAY
