"""Money that came and that staff has booked already, as no message had told of it."""

from collections.abc import Awaitable, Callable
from typing import Final

from tongbao.infra.db import ReadSession

BookedByHand = Callable[[ReadSession, str, str], Awaitable[bool]]
"""From a channel and the sender's reference to whether it was booked in another way."""

_asked: Final[dict[str, BookedByHand]] = {}


def register_booked_by_hand(name: str, booked: BookedByHand) -> None:
    """Have `booked` asked before money that came is booked; the same name takes its place."""
    _asked[name] = booked


async def booked_by_hand(tx: ReadSession, channel: str, reference: str) -> bool:
    """Tell whether somebody has booked it."""
    for booked in _asked.values():
        if await booked(tx, channel, reference):
            return True
    return False
