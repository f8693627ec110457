"""The file in which a channel says what it did on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tongbao.core.channels.domain.instructions import Operation
from tongbao.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One payment as the channel settled it; `amount` and `fee` are never below zero.

    `reference` is ours where we began it, else the channel's partner's. `original_reference` is
    what a refund is of, or what came back. `at` is as exact as the file: midnight where it has
    days alone.
    """

    reference: str
    channel_reference: str
    operation: Operation
    amount: Money
    fee: Money
    at: datetime
    original_reference: str | None = None

    @property
    def owed(self) -> Money:
        """Return what the channel owes us for it; less than nothing for what it paid out."""
        return self.amount if self.operation is Operation.COLLECT else -self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All of a day, whose control totals were found right.

    A day is one of China's calendar. `content` is the file as it came, for the record.
    """

    channel: str
    day: date
    currency: str
    lines: tuple[StatementLine, ...]
    content: bytes
    media_type: str

    @property
    def net(self) -> Money:
        """Return what the channel owes us for the day."""
        return net(self.lines, self.currency)


def net(lines: Iterable[StatementLine], currency: str) -> Money:
    """Return what lines come to, as the channel owes it to us."""
    return sum((line.owed for line in lines), Money.zero(currency))
