"""Limits under concurrency: whoever comes first takes the room, and nobody gets past a maximum."""

import asyncio
from random import Random
from uuid import UUID

from tests.support.waiting import until_somebody_waits
from tests.unit.risk.limits.conftest import AT, Rules
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, Window


async def test_many_at_once_take_what_there_is_and_no_more(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set("day", maximum=50)
        await rules.set("hours", window=Window.ROLLING, rolling_hours=24, maximum=50)

    async def take(minor: int) -> int:
        async with database.write() as own:
            (result,) = await limits.reserve(own, [rules.use(minor)], at=AT)
            return minor if result.status == "reserved" else 0

    taken = await asyncio.gather(*(take(3) for _ in range(40)))
    assert sum(taken) == 48
    async with database.read() as look:
        left = await limits.headroom(look, rules.use(), at=AT)
    assert [each.left for each in left] == [2, 2]


async def test_the_second_waits_for_the_first_and_sees_what_it_took(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set(maximum=10)

    async def second() -> str:
        async with database.write() as tx:
            (result,) = await limits.reserve(tx, [rules.use(6)], at=AT)
            return result.status

    async with database.write() as first:
        await limits.reserve(first, [rules.use(6)], at=AT)
        waiting = asyncio.create_task(second())
        await until_somebody_waits(database)
    assert await waiting == "refused"


async def test_the_second_takes_what_the_first_gave_up(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set(maximum=10)
        use = rules.use(6)
        await limits.reserve(tx, [use], at=AT)

    async def second() -> str:
        async with database.write() as tx:
            (result,) = await limits.reserve(tx, [rules.use(6)], at=AT)
            return result.status

    async with database.write() as first:
        await limits.release(first, [use.id], at=AT)
        waiting = asyncio.create_task(second())
        await until_somebody_waits(database)
    assert await waiting == "reserved"


async def test_batches_that_cross_do_not_block_each_other_for_good(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set(counted_by=frozenset({Dimension.PARTY}), maximum=10**6)
    parties = [new_id() for _ in range(12)]

    async def batch(order: list[int]) -> None:
        async with database.write() as tx:
            uses = [rules.use(1, party_id=parties[number]) for number in order]
            results = await limits.reserve(tx, uses, at=AT)
            assert all(result.status == "reserved" for result in results)

    forwards, backwards = list(range(12)), list(reversed(range(12)))
    await asyncio.gather(*(batch(forwards if n % 2 else backwards) for n in range(10)))
    async with database.read() as look:
        for party in parties:
            (left,) = await limits.headroom(look, rules.use(party_id=party), at=AT)
            assert left.used == 10


async def test_counters_that_two_make_at_once_hold_what_both_took(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set(counted_by=frozenset({Dimension.PARTY}), maximum=10)
    parties = [new_id() for _ in range(6)]

    async def take(minor: int, numbers: list[int]) -> list[str]:
        async with database.write() as tx:
            uses = [rules.use(minor, party_id=parties[number]) for number in numbers]
            return [result.status for result in await limits.reserve(tx, uses, at=AT)]

    async def left() -> list[int]:
        async with database.read() as look:
            found = [
                await limits.headroom(look, rules.use(party_id=party), at=AT) for party in parties
            ]
        return [one.left for (one,) in found]

    async with database.write() as first:
        uses = [rules.use(6, party_id=parties[number]) for number in (1, 3, 4)]
        await limits.reserve(first, uses, at=AT)
        waiting = asyncio.create_task(take(2, [0, 1, 2, 3, 5]))
        await until_somebody_waits(database)
    assert await waiting == ["reserved"] * 5
    assert await left() == [8, 2, 8, 2, 4, 8]
    assert await take(3, [0, 1, 5]) == ["reserved", "refused", "reserved"]
    assert await left() == [5, 2, 8, 2, 4, 5]


async def test_those_that_are_refused_something_lock_in_the_same_order(database: Database) -> None:
    async with database.write() as tx:
        rules = Rules(tx)
        await rules.set(counted_by=frozenset({Dimension.PARTY}), maximum=1_000)
    random = Random(11)
    parties = [new_id() for _ in range(24)]
    kept = dict.fromkeys(parties, 0)

    async def batch(some: list[UUID], beyond: UUID | None, *, give_back: bool) -> None:
        uses = [rules.use(2_000 if party == beyond else 1, party_id=party) for party in some]
        async with database.write() as tx:
            results = await limits.reserve(tx, uses, at=AT)
        assert [one.status for one in results] == [
            "refused" if party == beyond else "reserved" for party in some
        ]
        if give_back:
            async with database.write() as tx:
                await limits.release(tx, [use.id for use in uses], at=AT)
        else:
            for party in some:
                kept[party] += party != beyond

    # Some of the counters are there, others are not; a third of the batches has one use too large.
    for known in (8, 16, 24):
        batches = [random.sample(parties[:known], known * 3 // 4) for _ in range(12)]
        await asyncio.gather(
            *(
                batch(some, some[0] if n % 3 == 0 else None, give_back=n % 4 == 1)
                for n, some in enumerate(batches)
            )
        )
    async with database.read() as look:
        for party in parties:
            (left,) = await limits.headroom(look, rules.use(party_id=party), at=AT)
            assert left.used == kept[party]
