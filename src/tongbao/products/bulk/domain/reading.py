"""What every format comes to: a head, and lines as they were written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, Final

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.records import quickly_made
from tongbao.products.bulk.domain.errors import ControlSumWrong

SHOWN_MAX: Final = 40


@quickly_made
@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it is in the file; `fault` is what is wrong with it before anything is judged."""

    number: int
    account: str
    name: str
    amount: str
    currency: str | None
    remittance: str | None
    reference: str | None
    group: str | None = None
    fault: TongbaoError | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself, before its lines or in the middle of them."""

    message_id: str | None = None
    account_number: str | None = None
    requested_on: str | None = None


Reader = Callable[[BinaryIO], Iterator[Head | RawLine]]
"""Reads a file from its beginning; raises the errors that refuse all of it."""


@dataclass(slots=True)
class Totals:
    """Counts what a file, or a part of it, holds, against what it says."""

    place: str
    count_said: str | None
    sum_said: str | None
    count: int = 0
    total: Decimal = Decimal(0)

    def add(self, amount: str) -> None:
        """Count a line; what is no number adds nothing, and is reported with its line."""
        self.count += 1
        self.total += _decimal(amount) or 0

    def check(self) -> None:
        """Raise `ControlSumWrong` unless everything is as it was said."""
        if self.count_said is not None and self.count_said.lstrip("0") != str(self.count):
            raise ControlSumWrong(
                place=f"{self.place}: NbOfTxs", said=_shown(self.count_said), found=self.count
            )
        if self.sum_said is not None and _decimal(self.sum_said) != self.total:
            raise ControlSumWrong(
                place=f"{self.place}: CtrlSum", said=_shown(self.sum_said), found=f"{self.total:f}"
            )


def amount_of(text: str, currency: str) -> Money | None:
    """Return an amount above zero; None for anything else. A CSV may group thousands by commas."""
    try:
        found = Money.parse(text.strip().replace(",", ""), currency)
    except TongbaoError:
        return None
    return found if found.minor > 0 else None


def exact_amount_of(text: str, currency: str) -> Money | None:
    """Return an amount of XML above zero, where 10, 10.0 and 010.00 are one; None for no such."""
    number = _decimal(text)
    if number is None or number <= 0:
        return None
    scale = Money.zero(currency).scale
    minor = number.scaleb(scale)
    return Money(int(minor), currency) if minor == int(minor) and minor < 10**18 else None


def _decimal(text: str) -> Decimal | None:
    """Return a plain decimal number; None for text that is none, or longer than any amount."""
    plain = text.strip()
    if not plain or len(plain) > SHOWN_MAX or not set(plain) <= set("0123456789.-+"):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _shown(text: str) -> str:
    return text[:SHOWN_MAX]
