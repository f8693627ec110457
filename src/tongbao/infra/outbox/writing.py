"""Writing events on the transaction that caused them."""

from collections.abc import Sequence
from datetime import datetime

from tongbao.infra.db import WriteSession
from tongbao.kernel.events import Event


async def append(tx: WriteSession, events: Sequence[Event], *, at: datetime) -> None:
    """Write `events`, which happened at `at`, in one statement; they become visible with `tx`."""
    raise NotImplementedError
