"""How a channel has been doing, and the breaker that spares it and us when it does badly."""

from dataclasses import dataclass
from enum import StrEnum

from tongbao.core.channels.domain.instructions import Answer, Outcome


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
