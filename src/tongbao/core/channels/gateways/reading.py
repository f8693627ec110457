"""Reading what channels write, without believing any of it."""

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from tongbao.core.channels.domain.errors import StatementBroken
from tongbao.core.channels.domain.instructions import Answer, Instruction, Outcome
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.domain.statements import Statement
from tongbao.core.channels.gateways.talking import Lost
from tongbao.kernel.clock import midnight
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money

ADDRESS_LENGTH_MAX: Final = 500
_MINOR: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


def minor(text: str, currency: str) -> Money:
    """Return an amount in minor units. Raises `ValueError`."""
    if _MINOR.fullmatch(text) is None:
        msg = f"no amount: {text[:40]!r}"
        raise ValueError(msg)
    return _money(int(text), currency)


def major(text: str, currency: str) -> Money:
    """Return an amount with its decimals. Raises `ValueError`."""
    try:
        return Money.parse(text, currency)
    except TongbaoError as wrong:
        msg = f"no amount: {text[:40]!r}"
        raise ValueError(msg) from wrong


def _money(units: int, currency: str) -> Money:
    try:
        return Money(units, currency)
    except TongbaoError as wrong:
        msg = "an amount out of range"
        raise ValueError(msg) from wrong


def day_of(text: str) -> datetime | None:
    """Return the beginning of a settlement day, None for no day. Raises `ValueError`."""
    return None if not text else midnight(date.fromisoformat(text))


def never_received(
    instruction: Instruction, *, at: datetime, certain_after_seconds: float, code: str
) -> Answer:
    """Return what it means that the channel has never heard of an instruction.

    Until no request can be on its way any more, it may still come there and be executed.
    """
    if (at - instruction.at).total_seconds() < certain_after_seconds:
        return Answer(outcome=Outcome.UNKNOWN, reason=reason(Reason.TIMED_OUT, channel_code=code))
    return Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.NEVER_RECEIVED, channel_code=code))


def address(text: object) -> str:
    """Return an address that a payer is sent to, or shown as a code. Raises `Lost`."""
    parts = urlsplit(text) if isinstance(text, str) and len(text) <= ADDRESS_LENGTH_MAX else None
    if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Lost(Reason.BROKEN_ANSWER, "no address")
    assert isinstance(text, str)
    return text


def same(expected: str, said: object) -> None:
    """Raise `Lost` unless the answer is about this reference."""
    if said != expected:
        raise Lost(Reason.BROKEN_ANSWER, "another reference")


def checked(statement: Statement, *, lines: int, total: Money) -> Statement:
    """Return a statement whose control totals are those of its lines; else `StatementBroken`."""
    if lines != len(statement.lines) or total != statement.net:
        cause = f"{lines}, {total} <> {len(statement.lines)}, {statement.net}"
        raise StatementBroken(channel=statement.channel, day=str(statement.day), cause=cause)
    return statement
