import asyncio

import pytest

from tongbao.infra.web.deadlines import TimeLimit

LONG = 3_600.0


async def forever() -> None:
    await asyncio.Event().wait()


async def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError), TimeLimit(0):
        await forever()
    await asyncio.sleep(0)  # nothing is left of the cancellation


async def test_what_is_in_time_is_left_alone_afterwards() -> None:
    with TimeLimit(0):
        pass
    await asyncio.sleep(0.001)


async def test_each_waits_on_its_own_and_all_are_given_up() -> None:
    async def wait() -> str:
        try:
            with TimeLimit(0.001):
                await forever()
        except TimeoutError:
            return "given up"
        return "done"

    assert await asyncio.gather(*[wait() for _ in range(20)]) == ["given up"] * 20
    assert await wait() == "given up"  # the timer is set again


async def test_one_that_ended_does_not_keep_the_others_from_ending() -> None:
    async def wait(until: asyncio.Event) -> str:
        try:
            with TimeLimit(0.01):
                await until.wait()
        except TimeoutError:
            return "given up"
        return "done"

    at_once = asyncio.Event()
    first = asyncio.create_task(wait(at_once))
    second = asyncio.create_task(wait(asyncio.Event()))
    await asyncio.sleep(0)
    at_once.set()
    assert [await first, await second] == ["done", "given up"]


async def test_whoever_cancels_the_task_cancels_it() -> None:
    async def wait() -> None:
        with TimeLimit(LONG):
            await forever()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_limit_inside_one_of_asyncios_own() -> None:
    async def wait() -> None:
        async with asyncio.timeout(0):
            with TimeLimit(LONG):
                await forever()

    with pytest.raises(TimeoutError):
        await wait()


async def test_another_loop_has_limits_of_its_own() -> None:
    def elsewhere() -> None:
        async def wait() -> None:
            with TimeLimit(0):
                await forever()

        asyncio.run(wait())

    with pytest.raises(TimeoutError):
        await asyncio.to_thread(elsewhere)
    with pytest.raises(TimeoutError), TimeLimit(0):
        await forever()
