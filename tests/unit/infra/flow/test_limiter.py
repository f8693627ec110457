"""Limits shared by processes: two limiters on one database stand for two processes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from tongbao.infra.db import Database
from tongbao.infra.flow import limiter as module
from tongbao.infra.flow.errors import LimitsUnknown, TooManyRequests
from tongbao.infra.flow.gcra import SECOND_US, Policy
from tongbao.infra.flow.limiter import Limiter, key_of
from tongbao.kernel.ids import new_id

TEN = Policy("test", quota=10, window_seconds=3600)


class Clock:
    def __init__(self) -> None:
        self.us = 1_763_712_000 * SECOND_US

    def __call__(self) -> int:
        return self.us


Started = Callable[[], Awaitable[Limiter]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def started(database: Database, clock: Clock) -> AsyncIterator[Started]:
    """Start limiters that share through the database."""
    async with AsyncExitStack() as stack:

        async def start() -> Limiter:
            made = Limiter(clock=clock)
            await stack.enter_async_context(made.running(database))
            return made

        yield start


def subject() -> str:
    return str(new_id())


def passes(limiter: Limiter, who: str, policy: Policy = TEN) -> bool:
    try:
        limiter.admit(policy, who)
    except TooManyRequests:
        return False
    return True


async def passes_exactly(limiter: Limiter, who: str) -> bool:
    try:
        await limiter.admit_exactly(TEN, who)
    except TooManyRequests:
        return False
    return True


async def exchanged() -> None:
    await asyncio.sleep(2 * module.INTERVAL_SECONDS)


def test_alone_it_lets_the_quota_through_and_says_when_to_come_back(clock: Clock) -> None:
    alone, who = Limiter(clock=clock), subject()
    assert [passes(alone, who) for _ in range(12)] == [True] * 10 + [False] * 2
    assert passes(alone, subject()), "everybody has their own"
    assert passes(alone, who, Policy("other", 10, 60)), "and for each limit"
    with pytest.raises(TooManyRequests) as caught:
        alone.admit(TEN, who)
    assert caught.value.facts == {"policy": "test", "retry_after_seconds": 360}
    clock.us += 360 * SECOND_US
    assert passes(alone, who)


async def test_what_one_process_let_through_counts_in_the_other(started: Started) -> None:
    one, other, who = await started(), await started(), subject()
    assert [passes(one, who) for _ in range(10)] == [True] * 10
    await exchanged()
    passes(other, who)  # the first in this process, which makes it ask about this subject
    await exchanged()
    assert not passes(other, who)


async def test_what_went_over_the_limit_meanwhile_is_paid_back(
    started: Started, clock: Clock
) -> None:
    one, other, who = await started(), await started(), subject()
    through = [passes(each, who) for each in (one, other) for _ in range(10)]
    assert sum(through) == 20, "neither has heard of the other yet"
    await exchanged()
    assert not passes(one, who)
    await exchanged()
    clock.us += 9 * 360 * SECOND_US
    assert not passes(one, who), "nine of the ten that were too many are paid back"
    clock.us += 2 * 360 * SECOND_US
    assert passes(one, who)


async def test_exactly_means_exactly(started: Started) -> None:
    limiters, who = [await started() for _ in range(3)], subject()
    tries = [passes_exactly(each, who) for _ in range(10) for each in limiters]
    assert sum(await asyncio.gather(*tries)) == 10


async def test_a_refused_one_is_not_counted(started: Started, clock: Clock) -> None:
    one, other, who = await started(), await started(), subject()
    for _ in range(10):
        assert await passes_exactly(one, who)
    for _ in range(5):
        assert not await passes_exactly(other, who)
    await exchanged()
    clock.us += 360 * SECOND_US
    assert await passes_exactly(one, who)


async def test_without_the_database_counting_goes_on_and_exactness_does_not(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.05)
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    cut_off, who = Limiter(clock=clock), subject()
    async with cut_off.running(nowhere):
        assert [passes(cut_off, who) for _ in range(11)] == [True] * 10 + [False]
        with pytest.raises(LimitsUnknown):
            await cut_off.admit_exactly(TEN, subject())
    await nowhere.close()


async def test_the_table_is_not_in_the_log_and_names_nobody(
    started: Started, database: Database
) -> None:
    one, who = await started(), "203.0.113.7"
    assert await passes_exactly(one, who)
    async with database.read() as tx:
        kind = await tx.scalar(
            text("SELECT relpersistence FROM pg_class WHERE relname = 'infra_flow_limit'")
        )
        rows = (await tx.execute(text("SELECT key FROM infra_flow_limit"))).scalars().all()
    assert kind == "u"
    assert key_of(TEN.name, who) in rows
    assert all(len(key) == 16 and who.encode() not in key for key in rows)


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_MAX", 10)
    limiter = Limiter(clock=clock)
    for number in range(30):
        limiter.admit(TEN, str(number))
    limiter._forget(clock.us)
    assert len(limiter._numbers) == 5
    clock.us += TEN.window_us
    for number in range(20):
        limiter.admit(TEN, f"later {number}")
    limiter._forget(clock.us)
    assert len(limiter._numbers) <= 10
