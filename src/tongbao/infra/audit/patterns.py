"""Patterns in the trail that somebody must look at; pure rules over what was seen."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from tongbao.kernel.clock import BANK_ZONE, Calendar

MASS_REVEAL: Final = "mass_reveal"
OUT_OF_HOURS: Final = "administrator_out_of_hours"
DENIED_ACTOR: Final = "repeated_denial_actor"
DENIED_ADDRESS: Final = "repeated_denial_address"


@dataclass(frozen=True, slots=True)
class Rule:
    """So many entries of one kind about one actor or address within so long: an alert."""

    name: str
    entries_min: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an installation wants to be told. Hours are the bank's, on its business days."""

    reveals_min: int = 20
    reveals_within: timedelta = timedelta(minutes=10)
    denials_min: int = 10
    denials_within: timedelta = timedelta(minutes=10)
    office_opens: time = time(8)
    office_closes: time = time(20)
    out_of_hours_within: timedelta = timedelta(hours=1)

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules with these thresholds."""
        return (
            Rule(MASS_REVEAL, self.reveals_min, self.reveals_within),
            Rule(OUT_OF_HOURS, 1, self.out_of_hours_within),
            Rule(DENIED_ACTOR, self.denials_min, self.denials_within),
            Rule(DENIED_ADDRESS, self.denials_min, self.denials_within),
        )

    def out_of_hours(self, at: datetime, calendar: Calendar) -> bool:
        """Tell whether the office is closed at this moment."""
        here = at.astimezone(BANK_ZONE)
        if not calendar.is_business_day(here.date()):
            return True
        return not self.office_opens <= here.time() < self.office_closes


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that a rule is about; `who` is the actor's id or the address."""

    seq: int
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a rule found. Nothing more is said of `who` before `quiet_until`."""

    rule: str
    who: str
    entries: int
    first: Seen
    last: Seen
    quiet_until: datetime


def judge(
    rule: Rule, seen: Sequence[Seen], *, quiet_until: Mapping[str, datetime], after: int
) -> list[Pattern]:
    """Return the patterns that entries numbered above `after` complete.

    `seen` are those and the ones before them that are recent enough to count, in any order.
    """
    recent: defaultdict[str, deque[Seen]] = defaultdict(deque)
    quiet = dict(quiet_until)
    found = []
    for each in sorted(seen, key=lambda one: (one.at, one.seq)):
        window = recent[each.who]
        window.append(each)
        while window[0].at <= each.at - rule.within:
            window.popleft()
        told = each.who in quiet and each.at < quiet[each.who]
        if each.seq <= after or told or len(window) < rule.entries_min:
            continue
        quiet[each.who] = each.at + rule.within
        found.append(Pattern(rule.name, each.who, len(window), window[0], each, quiet[each.who]))
    return found
