"""Which channel is to do it: candidates in order, each with the reason in words."""

from dataclasses import dataclass

from tongbao.core.channels.domain.health import Condition
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A channel that may do it; `cost` is what it takes for it."""

    channel: str
    cost: Money
    condition: Condition
    why: Text


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A channel that may not, and why."""

    channel: str
    why: Text


@dataclass(frozen=True, slots=True)
class Route:
    """Where to try, the first one first; `rule` is the code of the rule that set the order."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    rule: str | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(each.channel for each in self.candidates)
