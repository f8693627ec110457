"""How often to try again what failed, and how long to wait before each time."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_RANDOM: Final = secrets.SystemRandom()
_DOUBLINGS_MAX: Final = 60  # keeps 2**n within a float, whatever the number of attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """At most `attempts_max` attempts, the pauses between them doubling from `first_seconds`.

    Each pause is shortened by a random part of up to a half, so that many that failed together do
    not come back together ("equal jitter").
    """

    attempts_max: int = 8
    first_seconds: float = 1.0
    longest_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts_max < 1:
            msg = "attempts_max counts the first attempt too"
            raise ValueError(msg)
        if not 0 <= self.first_seconds <= self.longest_seconds:
            msg = "first_seconds must lie between 0 and longest_seconds"
            raise ValueError(msg)

    def delay(self, attempts: int) -> timedelta | None:
        """Return the pause after `attempts` failed ones, or None when that was the last."""
        if attempts < 1:
            msg = "a pause follows at least one attempt"
            raise ValueError(msg)
        if attempts >= self.attempts_max:
            return None
        longest = self.first_seconds * 2.0 ** min(attempts - 1, _DOUBLINGS_MAX)
        longest = min(longest, self.longest_seconds)
        return timedelta(seconds=_RANDOM.uniform(longest / 2, longest))


def describe(error: BaseException) -> str:
    """Return the kinds of `error` and of what caused it, for a row that people may read.

    Messages are left out: those of a database carry the values of the row, which may be personal.
    The log has the full trace. A stable code or an SQLSTATE is named where there is one.
    """
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        detail = getattr(current, "code", None) or getattr(current, "sqlstate", None)
        name = type(current).__qualname__
        parts.append(f"{name} ({detail})" if isinstance(detail, str) else name)
        current = current.__cause__
    return " < ".join(parts)[:ERROR_LENGTH_MAX]


ERROR_LENGTH_MAX: Final = 500
