"""Parts made ahead of whoever takes them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tongbao.kernel.ahead import ahead


class Workshop:
    """Makes numbers; the one at `breaks_at` cannot be made."""

    def __init__(self, count: int, breaks_at: int | None = None) -> None:
        self.begun: list[int] = []
        self.made: list[int] = []
        self._count = count
        self._breaks_at = breaks_at

    async def parts(self) -> AsyncIterator[int]:
        for number in range(self._count):
            self.begun.append(number)
            await asyncio.sleep(0)
            if number == self._breaks_at:
                raise ConnectionError
            self.made.append(number)
            yield number


async def idle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
async def test_all_come_in_their_order(count: int) -> None:
    async with ahead(Workshop(count).parts(), most=2) as ready:
        assert [part async for part in ready] == list(range(count))


async def test_no_more_are_made_than_wanted() -> None:
    shop = Workshop(20)
    async with ahead(shop.parts(), most=3) as ready:
        await idle()
        assert shop.made == [0, 1, 2]
        assert await anext(ready) == 0
        await idle()
        assert shop.made == [0, 1, 2, 3]


async def test_what_fails_is_raised_where_it_would_have_been_taken() -> None:
    async with ahead(Workshop(20, breaks_at=3).parts(), most=5) as ready:
        await idle()
        assert [await anext(ready) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ConnectionError):
            await anext(ready)


async def test_what_is_under_way_is_finished_when_its_taker_leaves() -> None:
    shop = Workshop(20)
    async with ahead(shop.parts(), most=2) as ready:
        assert await anext(ready) == 0
    assert shop.begun == shop.made
    so_far = list(shop.made)
    await idle()
    assert shop.made == so_far


async def test_nobody_waits_for_one_who_is_cancelled() -> None:
    shop = Workshop(20)

    async def take() -> None:
        async with ahead(shop.parts(), most=2):
            await asyncio.Event().wait()

    taking = asyncio.create_task(take())
    await idle()
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert shop.begun == shop.made == [0, 1]
