"""How long to wait after refused log-ins: growing pauses per account, device and address.

Each attempt is counted before the password is looked at, and taken back when it was right, so
that guessing in parallel gains nothing. What counts is who is asked for (an account, known or not)
from where:

- from a device the user has proven all factors on: that device's own count;
- from anywhere else: the account's count, and the network address's over all accounts.

So an attacker elsewhere can make strangers wait, but never the owner at home.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

DOUBLINGS_MAX: Final = 30


class Scope(StrEnum):
    """What attempts are counted for."""

    ACCOUNT = "account"
    DEVICE = "device"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Pauses:
    """After `free` refusals the next pause is `first`, and doubles up to `longest`.

    A count that has rested for `forgotten` begins anew.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta

    def after(self, refusals: int) -> timedelta:
        """Return the pause after so many refusals in a row."""
        if refusals < self.free:
            return timedelta(0)
        doublings = min(refusals - self.free, DOUBLINGS_MAX)
        return min(self.first * (1 << doublings), self.longest)


PAUSES: Final = {
    Scope.ACCOUNT: Pauses(
        free=5,
        first=timedelta(minutes=1),
        longest=timedelta(minutes=30),
        forgotten=timedelta(hours=24),
    ),
    Scope.DEVICE: Pauses(
        free=5,
        first=timedelta(seconds=30),
        longest=timedelta(minutes=5),
        forgotten=timedelta(hours=1),
    ),
    Scope.ADDRESS: Pauses(
        free=30,
        first=timedelta(minutes=1),
        longest=timedelta(hours=1),
        forgotten=timedelta(hours=1),
    ),
}


class LogInPaused(TongbaoError):
    """Too many attempts were refused; the same for accounts that do not exist."""

    code = "identity.log_in_paused"
    kind = Kind.LIMITED
    title = Text(zh="请稍后再试", en="Please wait")
    detail = Text(
        zh="尝试次数过多，请在 {retry_after_seconds} 秒后再试，或使用常用设备登录。",
        en="Too many attempts. Try again in {retry_after_seconds} seconds, "
        "or log in from a device you have used before.",
    )

    def __init__(self, *, until: datetime, at: datetime) -> None:
        super().__init__(retry_after_seconds=(until - at) // timedelta(seconds=1) + 1)
