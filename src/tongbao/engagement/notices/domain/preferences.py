"""Who is written to by which channel, and when: a person's choices, and their quiet hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from tongbao.engagement.notices.domain.catalogue import Category
from tongbao.engagement.notices.domain.errors import PreferencesUnsuitable


class Channel(StrEnum):
    """How a person is written to beside the inbox; the words are those of contacts."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begins` to `ends` on the clock of `zone`, over midnight where it begins later."""

    begins: time = time(22)
    ends: time = time(8)
    zone: str = "Asia/Shanghai"

    def check(self) -> None:
        """Raise `PreferencesUnsuitable` for hours without a length, or an unknown zone."""
        if self.begins == self.ends or self.zone not in zones():
            raise PreferencesUnsuitable

    def covers(self, at: datetime) -> bool:
        """Tell whether an instant is in quiet hours: [begins, ends) on the wall clock."""
        now = at.astimezone(ZoneInfo(self.zone)).time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def over(self, at: datetime) -> datetime:
        """Return the first instant from `at` on that is not in quiet hours.

        Where clocks are put forward over the end of the hours, that is the moment they are; where
        they are put back into them, the hours go on until their end comes again.
        """
        while self.covers(at):
            local = at.astimezone(ZoneInfo(self.zone))
            end = local.replace(
                hour=self.ends.hour,
                minute=self.ends.minute,
                second=self.ends.second,
                microsecond=0,
                fold=0,
            )
            if self.ends <= local.time():
                end += timedelta(days=1)  # on the wall clock: tomorrow at that time
            then = end.astimezone(UTC)
            if then <= at:  # the clock shows that time twice, and it was the first
                then = end.replace(fold=1).astimezone(UTC)
            at = self._put_forward(at, then)
        return at

    def _put_forward(self, at: datetime, then: datetime) -> datetime:
        """Return when the quiet hours end between two instants, if a jump of the clock ends them.

        A clock that is put forward may jump out of the hours before `then`; jumps are on whole
        minutes everywhere, so the one is found by halving.
        """
        zone = ZoneInfo(self.zone)
        before, after = at.astimezone(zone).utcoffset(), then.astimezone(zone).utcoffset()
        assert before is not None
        assert after is not None
        if after <= before:
            return then
        low, high = at, then
        while high - low > timedelta(microseconds=1):
            middle = low + (high - low) / 2
            if middle.astimezone(zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high if not self.covers(high) else then


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the time zones a person may live in."""
    return frozenset(available_timezones())


_PHONE, _EMAIL = Channel.PHONE, Channel.EMAIL

DEFAULTS: Final[Mapping[Category, frozenset[Channel]]] = {
    Category.SECURITY: frozenset({_PHONE, _EMAIL}),
    Category.PAYMENTS: frozenset({_PHONE}),
    Category.ACCOUNTS: frozenset({_EMAIL}),
    Category.DEPOSITS: frozenset({_PHONE, _EMAIL}),
    Category.LOANS: frozenset({_PHONE, _EMAIL}),
    Category.AGREEMENTS: frozenset({_EMAIL}),
    Category.SERVICE: frozenset({_EMAIL}),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose; `quiet` is None for somebody who may be written to at any hour."""

    choices: Mapping[Category, frozenset[Channel]] = field(default_factory=lambda: DEFAULTS)
    quiet: Quiet | None = Quiet()


@dataclass(frozen=True, slots=True)
class Sending:
    """A message to be sent by `channel`, and not before `not_before`."""

    channel: Channel
    not_before: datetime


def plan(
    preferences: Preferences,
    *,
    category: Category,
    critical: bool,
    reachable: Collection[Channel],
    at: datetime,
) -> list[Sending]:
    """Return what is sent of a notice to somebody who can be reached by some channels.

    Critical: by all of them, now. Ordinary: by those chosen for its category, once quiet hours are
    over. Either way it is in the inbox at once.
    """
    if critical:
        return [Sending(channel, at) for channel in sorted(reachable)]
    chosen = preferences.choices.get(category, frozenset())
    when = at if preferences.quiet is None else preferences.quiet.over(at)
    return [Sending(channel, when) for channel in sorted(chosen & set(reachable))]
