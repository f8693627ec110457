"""Fetching a day's file: whatever keeps us from it is said in one of two errors."""

from collections.abc import Awaitable, Callable
from datetime import date

from tongbao.core.channels.domain.errors import StatementBroken, StatementMissing
from tongbao.core.channels.domain.statements import Statement
from tongbao.core.channels.gateways.talking import Lost, Reply, Unreachable

OK = 200


async def fetched(
    channel: str,
    day: date,
    ask: Awaitable[Reply],
    *,
    is_signed: Callable[[Reply], bool],
    read: Callable[[Reply], Statement],
) -> Statement:
    """Return the statement that the channel's reply is.

    Raises `StatementMissing` when there is none to be had now, `StatementBroken` when it is not
    the channel's or cannot be read to its end.
    """
    try:
        reply = await ask
    except (Unreachable, Lost) as failed:
        raise StatementMissing(channel=channel, day=str(day), cause=str(failed)) from None
    if reply.status != OK:
        raise StatementMissing(channel=channel, day=str(day), cause=f"HTTP {reply.status}")
    if not is_signed(reply):
        raise StatementBroken(channel=channel, day=str(day), cause="signature")
    try:
        return read(reply)
    except (ValueError, KeyError, IndexError) as wrong:
        raise StatementBroken(channel=channel, day=str(day), cause=str(wrong)[:100]) from None
