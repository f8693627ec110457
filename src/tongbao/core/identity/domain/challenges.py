"""The second step of logging in: a challenge that a right password has earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.core.identity.domain.factors import SENT_CODES, own
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
CHALLENGE_TRIES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Challenged:
    """What a log-in still lacks: one of `factors`, under a handle that is shown once."""

    challenge: str
    factors: Sequence[str]
    expires_at: datetime


class First(StrEnum):
    """What the first step has shown."""

    PASSWORD = "password"  # noqa: S105 - a word of the API
    EXTERNAL = "external"  # an account at an identity provider
    OTP = "otp"  # a code sent to reset a password


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who has taken both steps of a log-in, and by what."""

    user_id: UUID
    factors: frozenset[str]


class ChallengeOver(TongbaoError):
    """The one answer to a challenge that is unknown, too old, answered or tried too often."""

    code = "identity.challenge_over"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="验证已失效", en="The verification is no longer valid")
    detail = Text(zh="请重新登录。", en="Please log in again.")


class FactorRefused(TongbaoError):
    """The proof is wrong; it may be tried again a few times."""

    code = "identity.factor_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="验证未通过", en="The verification failed")
    detail = Text(zh="还可尝试 {tries_left} 次", en="{tries_left} more tries are possible")


class FactorNotOffered(TongbaoError):
    """This factor is not among those the challenge named."""

    code = "identity.factor_not_offered"
    kind = Kind.INVALID
    title = Text(zh="不支持此验证方式", en="This factor was not offered")


class SecondFactorRequired(TongbaoError):
    """A token is not given for a password alone to a user who has a second factor."""

    code = "identity.second_factor_required"
    kind = Kind.FORBIDDEN
    title = Text(zh="需要第二验证因素", en="A second factor is required")
    detail = Text(
        zh="请先通过 /sessions 登录并完成第二步验证，再换取访问令牌。",
        en="Log in by /sessions with your second factor, and exchange the session for a token.",
    )


def proves(factor: str) -> str:
    """Return what a second factor proves, in an actor's words: both kinds of codes are `otp`."""
    return "otp" if factor in SENT_CODES else factor


def needed(factors: Sequence[str], *, device_known: bool) -> bool:
    """Tell whether a right password is not enough.

    What somebody has set up themselves (an authenticator, a passkey) is asked at every log-in. A
    code by SMS or e-mail, which everybody who registered can get, is asked on devices where it has
    not been proven before.
    """
    return bool(own(factors)) or (bool(factors) and not device_known)
