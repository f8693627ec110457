"""Files of the sandbox's channels, fetched over HTTP with lines at fault, and reconciled."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from tests.support.channel_contract import Stage, on_stage
from tests.support.receiver import receiving
from tests.support.reconciliation import Channel
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import StatementMissing
from tongbao.core.channels.service.configuration import current
from tongbao.core.reconciliation import jobs
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.service import BreakKind
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao.kernel.clock import business_date, now
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

pytestmark = pytest.mark.asyncio(loop_scope="session")
FAULTS = ("missing_line", "extra_line", "changed_line", "doubled_line")


@pytest.fixture
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@dataclass
class Counter:
    """A channel of the sandbox under a name of this test alone, and its books here."""

    stage: Stage
    channel: Channel

    async def pay(self, count: int) -> dict[date, list[str]]:
        """Pay out over the channel and book it; return the references by day, in order."""
        gateway, paid = self.stage.gateway(), dict[date, list[str]]()
        for number in range(1, count + 1):
            one = self.stage.pay_out(100 * number)
            await gateway.submit(one)
            settled = (await gateway.inquire(one)).settled_at
            assert settled is not None
            day = business_date(settled)
            paid.setdefault(day, []).append(one.reference)
            await self.channel.post(
                [self.channel.payment(one.reference, -one.amount.minor, on=day)], at=now()
            )
        return paid

    async def fetch(self, day: date) -> reconciliation.Day:
        return await reconciliation.fetch_day(
            self.channel.database, channel=self.channel.name, day=day, at=now()
        )


@pytest.fixture(params=["card", "wallet-a", "wallet-b", "bank"])
async def counter(
    request: pytest.FixtureRequest, url: str, database: Database
) -> AsyncIterator[Counter]:
    before, channel = current(), await Channel(database).begin()
    async with receiving() as receiver, on_stage(request.param, url, receiver) as stage:
        channels.configure(
            channels.Configuration(gateways={channel.name: stage.gateway()}, clock=now)
        )
        yield Counter(stage, channel)
    channels.configure(before)


async def test_lines_at_fault_are_found_as_what_they_are(counter: Counter) -> None:
    paid = await counter.pay(6)
    name = counter.stage.name
    await counter.stage.sandbox.faults(name, *({"kind": kind, "times": 1} for kind in FAULTS))
    for day in sorted(paid):
        await counter.fetch(day)
    first, _, third, fourth, *_ = [each for day in sorted(paid) for each in paid[day]]
    cases = {each.reference: each for each in await counter.channel.cases()}
    (extra,) = set(cases) - {first, third, fourth}
    found = {name: (each.kind, each.difference) for name, each in cases.items()}
    assert found == {
        first: (BreakKind.MISSING_THERE, 100),
        extra: (BreakKind.MISSING_HERE, -200),
        third: (BreakKind.AMOUNT, -1),
        fourth: (BreakKind.DOUBLED, -400),
    }
    balances = await counter.channel.balances()
    assert balances["suspense"] == 100 - 200 - 1 - 400
    # The clearing bank keeps our account itself; what others owe is on its way to our bank.
    reached = "nostro" if name == "bank" else "in_transit"
    assert balances == {"suspense": -501, reached: -2_100 - 501}

    again = [await counter.channel.run(day) for day in sorted(paid)]
    assert {each.reference: each for each in await counter.channel.cases()} == cases
    assert sum(each.exact for each in again) == 3


async def test_what_was_paid_at_a_wallet_is_matched_and_what_was_not_is_in_no_file(
    counter: Counter,
) -> None:
    stage, gateway = counter.stage, counter.stage.gateway()
    if not gateway.features.shows_redirect:
        return
    paid, closed, open_ = (stage.collect(10_00 + number) for number in range(3))
    for each in (paid, closed, open_):
        await gateway.submit(each)
    await gateway.close(closed)
    await stage.pays(paid)
    settled = (await gateway.inquire(paid)).settled_at
    assert settled is not None
    day = business_date(settled)
    line = counter.channel.payment(paid.reference, paid.amount.minor, on=day)
    await counter.channel.post([line], at=now())
    await counter.fetch(day)
    assert await counter.channel.cases() == []
    assert (await counter.channel.run(day)).exact == 1


async def test_the_worker_does_what_is_missing_and_only_that(counter: Counter) -> None:
    context = JobContext(database=counter.channel.database, at=now())
    name = counter.channel.name
    await counter.stage.fault(kind="error_before", times=1)
    await jobs.fetch(context)
    async with counter.channel.database.read() as tx:
        missing = await reconciliation.missing_days(tx, channel=name, at=context.at)
        done = await reconciliation.days(tx, channel=name, limit=50)
    assert (len(missing), len(done.items)) == (1, 6), "the day whose file could not be had"
    await counter.stage.fault(kind="error_before", times=1)
    with pytest.raises(StatementMissing):
        await counter.fetch(missing[0])
    await jobs.fetch(context)
    async with counter.channel.database.read() as tx:
        assert await reconciliation.missing_days(tx, channel=name, at=context.at) == []
