"""Overload: seen by the shortest wait of an interval, answered by refusing a growing share."""

import asyncio
import time

from tongbao.infra.db import Database
from tongbao.infra.flow.overload import INTERVALS_MIN, SHARE_MAX, Overload


def made(in_flight_max: int = 1_000) -> Overload:
    return Overload(delay_seconds_max=0.1, in_flight_max=in_flight_max)


def refused(overload: Overload, of: int = 1_000) -> int:
    return sum(overload.refuses() for _ in range(of))


def test_nothing_is_refused_while_work_flows() -> None:
    overload = made()
    for _ in range(50):
        overload.waited("database", 5.0)  # one waited long ...
        overload.waited("database", 0.001)  # ... and another hardly: the queue empties
        overload.interval_ended()
    assert refused(overload) == 0


def test_a_standing_queue_sheds_more_and_more_and_never_all() -> None:
    overload = made()
    shares = []
    for _ in range(30):
        overload.waited("database", 0.2)
        overload.waited("database", 0.5)
        overload.interval_ended()
        shares.append(refused(overload))
    assert shares == sorted(shares)
    assert shares[INTERVALS_MIN - 2 : INTERVALS_MIN] == [0, 100]
    assert shares[-1] == 10 * SHARE_MAX


def test_either_queue_is_enough() -> None:
    overload = made()
    for _ in range(INTERVALS_MIN):
        overload.waited("database", 0.0)
        overload.waited("loop", 0.3)
        overload.interval_ended()
    assert refused(overload) == 100


def test_a_pause_of_the_machine_is_no_overload() -> None:
    overload = made()
    for wait in [5.0, 5.0, 0.0, 5.0, 5.0, 0.0]:
        overload.waited("loop", wait)
        overload.interval_ended()
    assert refused(overload) == 0


def test_when_it_is_over_everything_passes_again() -> None:
    overload = made()
    for _ in range(30):
        overload.waited("loop", 1.0)
        overload.interval_ended()
    for _ in range(20):
        overload.waited("loop", 0.0)
        overload.interval_ended()
    assert refused(overload) == 0


def test_a_number_under_way_is_never_exceeded() -> None:
    overload = made(in_flight_max=2)
    overload.in_flight = 1
    assert not overload.refuses()
    overload.in_flight = 2
    assert overload.refuses()


async def test_a_busy_event_loop_is_noticed() -> None:
    overload = made()
    async with overload.running():
        for _ in range(8):
            await asyncio.sleep(0.02)
            time.sleep(0.25)  # noqa: ASYNC251 - what is to be noticed
    assert overload.share > 0


async def test_waiting_for_a_connection_is_noticed(app_url: str) -> None:
    small = Database.connect(app_url, pool_size=1, wait_seconds_max=5)
    waits: list[float] = []
    small.watch_waits(waits.append)

    async def hold() -> None:
        async with small.read() as tx:
            await tx.connection()
            await asyncio.sleep(0.15)

    await asyncio.gather(hold(), hold())
    await small.close()
    assert len(waits) == 2
    assert min(waits) < 0.1 < max(waits)
