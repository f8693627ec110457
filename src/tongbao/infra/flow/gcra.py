"""The generic cell rate algorithm (ITU-T I.371): a leaky bucket kept as one number.

The number is the moment at which everything asked for so far would have been asked for at an even
pace. It may lie ahead of now by at most the policy's window.
"""

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

SECOND_US: Final = 1_000_000
_RATE: Final = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `quota` requests at once, and `quota` in every `window_seconds` after that."""

    name: str
    quota: int
    window_seconds: int
    window_us: int = field(init=False, repr=False, compare=False)
    step_us: int = field(init=False, repr=False, compare=False)
    """By how much one request moves the number; at least a microsecond."""
    declared: str = field(init=False, repr=False, compare=False)
    """The policy as `RateLimit-Policy` says it."""

    def __post_init__(self) -> None:
        """Work out once what every request asks for."""
        object.__setattr__(self, "window_us", self.window_seconds * SECOND_US)
        object.__setattr__(self, "step_us", max(1, self.window_us // self.quota))
        declared = f'"{self.name}";q={self.quota};w={self.window_seconds}'
        object.__setattr__(self, "declared", declared)

    @classmethod
    def parse(cls, name: str, rate: str) -> Self:
        """Return the policy of `20/60`: twenty in sixty seconds. Raises `ValueError`."""
        match = _RATE.fullmatch(rate)
        if match is None:
            msg = f"{name}: a rate is quota/seconds such as 20/60"
            raise ValueError(msg)
        return cls(name=name, quota=int(match[1]), window_seconds=int(match[2]))


class Verdict(NamedTuple):
    """Whether one request may pass, and what is left."""

    policy: Policy
    allowed: bool
    remaining: int
    full_in_seconds: int
    retry_after_seconds: int = 0


def judge(policy: Policy, *, number_us: int, now_us: int) -> tuple[Verdict, int]:
    """Return the verdict on one more request and the number after it.

    A refused request does not move the number: hammering does not lengthen the wait.
    """
    ahead = max(0, number_us - now_us)
    after = ahead + policy.step_us
    left = policy.window_us - after
    if left >= 0:
        full_in_seconds = -(-after // SECOND_US)
        return Verdict(policy, True, left // policy.step_us, full_in_seconds), now_us + after
    verdict = Verdict(
        policy=policy,
        allowed=False,
        remaining=max(0, (policy.window_us - ahead) // policy.step_us),
        full_in_seconds=-(-ahead // SECOND_US),
        retry_after_seconds=-(left // SECOND_US),
    )
    return verdict, now_us + ahead
