"""Making things ahead of whoever takes them, so that neither waits for the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

Part = TypeVar("Part")


@asynccontextmanager
async def ahead(parts: AsyncIterator[Part], *, most: int) -> AsyncIterator[AsyncIterator[Part]]:
    """Offer the parts in their order; up to `most` are made before they are taken.

    Use::

        async with ahead(batches(), most=2) as ready:
            async for batch in ready:
                await pay(batch)

    What making one raises is raised where it would have been taken. When the block ends no part is
    being made any more: one that is under way is finished, not cancelled.
    """
    made: asyncio.Queue[list[Part]] = asyncio.Queue()
    room = asyncio.Semaphore(most)
    is_over = False

    async def make() -> None:
        while await room.acquire() and not is_over:
            try:
                part = await anext(parts)
            except StopAsyncIteration:
                return
            made.put_nowait([part])

    async def taken() -> AsyncIterator[Part]:
        while found := await made.get():
            room.release()
            yield found[0]
        await making

    making = asyncio.create_task(make())
    making.add_done_callback(lambda _: made.put_nowait([]))
    try:
        yield taken()
    finally:
        is_over = True
        room.release()
        await asyncio.gather(making, return_exceptions=True)
