"""How a channel has been doing, and the breaker that spares it and us when it does badly.

Closed: payments go over it. Five failures in a row, or half of at least twenty answers within ten
minutes, open it: none go. After a minute, or when an inquiry is answered well meanwhile, one is let
through as a probe, and another a minute later if nothing was heard of that; its outcome closes the
circuit or opens it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tongbao.core.channels.domain.instructions import Answer, Outcome

WINDOW_MINUTES: Final = 10
FAILURES_IN_ROW_MAX: Final = 5
SEEN_MIN: Final = 20
BAD_PERCENT_MAX: Final = 50
REST: Final = timedelta(minutes=1)


class Circuit(StrEnum):
    """Whether payments go over a channel."""

    CLOSED = "closed"  # all of them
    OPEN = "open"  # none
    HALF_OPEN = "half_open"  # one now and then, as a probe


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of the breaker, and what was seen in the window: share of good answers, speed."""

    circuit: Circuit = Circuit.CLOSED
    seen: int = 0
    good_percent: int = 100
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer of a channel, or that there was none, and how long it took."""

    channel: str
    is_good: bool
    latency_ms: int

    @classmethod
    def of(cls, channel: str, answer: Answer, *, latency_ms: int) -> "Observation":
        """Judge an answer: a payment refused for its own sake is a good answer of the channel."""
        blamed = answer.reason is not None and answer.reason.blames_channel
        is_good = answer.outcome is not Outcome.UNKNOWN and not blamed
        return cls(channel, is_good, latency_ms)


@dataclass(frozen=True, slots=True)
class Minute:
    """What was seen in one minute, counted from the epoch."""

    minute: int
    good: int = 0
    bad: int = 0
    latency_ms: int = 0  # of all together


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one channel."""

    since: datetime
    circuit: Circuit = Circuit.CLOSED
    failures_in_row: int = 0
    probed_at: datetime | None = None
    minutes: tuple[Minute, ...] = ()

    def condition(self, at: datetime) -> Condition:
        """Return how the channel does, by what was seen in the window."""
        window = self._window(at)
        good, bad = sum(each.good for each in window), sum(each.bad for each in window)
        seen = good + bad
        latency = sum(each.latency_ms for each in window)
        return Condition(
            self.circuit,
            seen,
            100 * good // seen if seen else 100,
            latency // seen if seen else 0,
        )

    def may_probe(self, at: datetime) -> bool:
        """Tell whether one payment may be let through."""
        if self.circuit is Circuit.CLOSED:
            return True
        if self.circuit is Circuit.OPEN:
            return at - self.since >= REST
        return self.probed_at is None or at - self.probed_at >= REST

    def probed(self, at: datetime) -> "Breaker":
        """Return the breaker that has let one through; a closed one takes no note of it."""
        if self.circuit is Circuit.CLOSED:
            return self
        since = at if self.circuit is Circuit.OPEN else self.since
        return replace(self, circuit=Circuit.HALF_OPEN, since=since, probed_at=at)

    def observed(self, observations: Iterable[Observation], at: datetime) -> "Breaker":
        """Return the breaker after these answers, in their order."""
        breaker = self
        for each in observations:
            breaker = breaker._observed(each, at)
        return breaker

    def _observed(self, seen: Observation, at: datetime) -> "Breaker":
        counted = replace(
            self,
            minutes=_counted(self._window(at), seen, _minute(at)),
            failures_in_row=0 if seen.is_good else self.failures_in_row + 1,
        )
        match self.circuit, seen.is_good:
            case Circuit.HALF_OPEN, True:  # what was seen before it failed says nothing any more
                return Breaker(since=at)
            case Circuit.OPEN, True:
                return replace(counted, circuit=Circuit.HALF_OPEN, since=at, probed_at=None)
            case Circuit.HALF_OPEN, False:
                return replace(counted, circuit=Circuit.OPEN, since=at, probed_at=None)
            case Circuit.CLOSED, False if counted.fails(at):
                return replace(counted, circuit=Circuit.OPEN, since=at, probed_at=None)
            case _:
                return counted

    def fails(self, at: datetime) -> bool:
        """Tell whether it does too badly for payments to go over it."""
        condition = self.condition(at)
        often = condition.seen >= SEEN_MIN and 100 - condition.good_percent >= BAD_PERCENT_MAX
        return often or self.failures_in_row >= FAILURES_IN_ROW_MAX

    def _window(self, at: datetime) -> tuple[Minute, ...]:
        oldest = _minute(at) - WINDOW_MINUTES
        return tuple(each for each in self.minutes if each.minute > oldest)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _counted(window: tuple[Minute, ...], seen: Observation, minute: int) -> tuple[Minute, ...]:
    before = next((each for each in window if each.minute == minute), Minute(minute))
    others = tuple(each for each in window if each.minute != minute)
    now = Minute(
        minute,
        before.good + seen.is_good,
        before.bad + (not seen.is_good),
        before.latency_ms + seen.latency_ms,
    )
    return (*others, now)
