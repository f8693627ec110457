"""Reconciliation's nouns; no database here.

An amount is seen from the bank: positive is money to us, negative money from us, whichever side
says so. `difference` is what the other side says less what the books say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

LINES_MAX: Final = 200_000
BREAKS_MAX: Final = 10_000
"""More than these in one run, and the statement is taken for the wrong one."""

REFERENCE_MAX: Final = 140
GROSS_MAX_MINOR: Final = 9 * 10**14
"""What the lines of a statement come to at most, whichever way they go: one posting's maximum."""
DAYS_APART_MAX: Final = 1
"""Two sides' days may differ so much: their cut-offs are not at the same moment."""


class Side(StrEnum):
    """Who says that money moved."""

    LEDGER = "ledger"  # the channel's account in transit
    SUSPENSE = "suspense"  # its suspense account
    CHANNEL = "channel"  # its statement
    BANK = "bank"  # the statement of the bank at which it settles


class Pair(StrEnum):
    """What was compared with what."""

    CHANNEL = "channel"  # the books with the channel's statement, by reference
    BANK = "bank"  # the channel's statement with the bank's, by settlement
    SUSPENSE = "suspense"  # what is in suspense with nothing


class BreakKind(StrEnum):
    """How two sides differ."""

    MISSING_HERE = "missing_here"  # 我方无: they have it, we do not
    MISSING_THERE = "missing_there"  # 对方无: we have it, they do not
    AMOUNT = "amount"  # 金额不符
    DOUBLED = "doubled"  # 重复
    DAY = "day"  # 日期不符: more than a day apart
    STATUS = "status"  # 状态不符: done there and not decided here; or in suspense


class BreakState(StrEnum):
    """A case is open, worked on, or closed in one of two ways."""

    OPEN = "open"
    INVESTIGATING = "investigating"  # somebody owns it
    CLEARED = "cleared"  # what was missing came
    RESOLVED = "resolved"  # by an adjustment that two people agreed on


OPEN_STATES: Final = (BreakState.OPEN, BreakState.INVESTIGATING)


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of a statement; `fee` is what the other side keeps of it, never below zero."""

    reference: str
    amount: int
    fee: int = 0
    their_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStatement:
    """What a channel or the bank says of a day, in one currency.

    A channel's statement whose net comes as one payment to the bank says when (`settles_on`) and
    under which reference (`settlement`). Without, each line moved on our account there itself.
    """

    channel: str
    side: Side
    day: date
    currency: str
    lines: Sequence[NewLine]
    settles_on: date | None = None
    settlement: str | None = None

    def __post_init__(self) -> None:
        assert self.side in {Side.CHANNEL, Side.BANK}, "the books are no statement"
        assert (self.settles_on is None) == (self.settlement is None), "when and under what"
        assert len(self.lines) <= LINES_MAX, f"at most {LINES_MAX} lines"

    def digest(self) -> bytes:
        """Return what tells this content from any other."""
        told = sha256(
            f"{self.channel}\n{self.side}\n{self.day}\n{self.currency}\n"
            f"{self.settles_on}\n{self.settlement}".encode()
        )
        for line in self.lines:
            told.update(
                f"\n{line.reference}\t{line.amount}\t{line.fee}\t{line.their_reference}".encode()
            )
        return told.digest()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was taken in; `is_new` tells whether that was just now."""

    id: UUID
    channel: str
    side: Side
    day: date
    currency: str
    lines: int
    net: int
    fees: int
    taken_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A reconciled day of a channel: what was compared, how it agreed, what it left open.

    `exact`, `tolerant` and `many_to_one` count the references of the statement that agree;
    `broken` those that do not. Amounts are in minor units.
    """

    channel: str
    day: date
    currency: str
    lines: int
    net: int
    fees: int
    exact: int
    tolerant: int
    many_to_one: int
    broken: int
    reconciled_at: datetime


@dataclass(frozen=True, slots=True)
class Break:
    """A case: what differs, who has it, and how it stands.

    `parked` is what of it is in suspense: positive is money we hold for somebody.
    """

    id: UUID
    channel: str
    pair: Pair
    currency: str
    reference: str
    kind: BreakKind
    day: date
    ours: int
    theirs: int
    difference: int
    parked: int
    state: BreakState
    owner_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    transaction_id: UUID | None
    counter_id: UUID | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a case."""

    at: datetime
    actor_id: UUID | None
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Suspense:
    """A channel's suspense account, and what explains it."""

    channel: str
    currency: str
    balance: int
    explained: int
    cases: int
    oldest_on: date | None

    @property
    def unexplained(self) -> int:
        """What no case speaks of: booked since the last run, or by other hands."""
        return self.balance - self.explained


class BreakAge(StrEnum):
    """How old a case is, in days since the day it is of."""

    FRESH = "0-1"
    DAYS = "2-3"
    WEEK = "4-7"
    MONTH = "8-30"
    OLDER = "31+"


def age_of(day: date, *, today: date) -> BreakAge:
    """Return the bucket of a case."""
    days = (today - day).days
    for age, days_max in _AGES:
        if days <= days_max:
            return age
    return BreakAge.OLDER


_AGES: Final = ((BreakAge.FRESH, 1), (BreakAge.DAYS, 3), (BreakAge.WEEK, 7), (BreakAge.MONTH, 30))
