"""The hooks that look at payments before money moves: fraud, sanctions, whoever comes.

A hook gets all orders of a batch that nothing has refused so far and answers for each why it may
not be paid, or None. It reads on the payment's own transaction and writes nothing but its own
findings. What it refuses is stored as rejected, with its code.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from tongbao.core.payments.domain import PaymentOrder
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError

Screen = Callable[
    [WriteSession, Sequence[PaymentOrder], datetime], Awaitable[Sequence[TongbaoError | None]]
]

_screens: dict[str, Screen] = {}


def register_screen(name: str, screen: Screen) -> None:
    """Let `screen` look at every payment from now on; the same name again takes its place."""
    _screens[name] = screen


def remove_screen(name: str) -> None:
    """Let it look no more."""
    _screens.pop(name, None)


async def screened(
    tx: WriteSession, orders: Sequence[PaymentOrder], *, at: datetime
) -> list[TongbaoError | None]:
    """Return for each order the first refusal of a hook, in the order they were registered."""
    refusals: list[TongbaoError | None] = [None] * len(orders)
    for screen in _screens.values():
        if not orders:
            break
        for place, refusal in enumerate(await screen(tx, orders, at)):
            refusals[place] = refusals[place] or refusal
    return refusals
