"""The last way back: somebody who has lost every factor of their own, and every recovery code.

Password and a sent code are what a thief with a copied SIM card has as well. So they only ask: the
owner is told at every contact and on the list of their account, has `wait` to call it off from any
session, by any contact or by using the factor that is said to be lost, and only then may whoever
asked take the factors away, once more with password and a sent code. For some days after it the
account moves no money but to payees it knows, and keeps its contacts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

WAIT_HOURS_MIN: Final = 24
WAIT_HOURS_MAX: Final = 72
WAIT_DEFAULT: Final = timedelta(hours=48)
OPEN_FOR: Final = timedelta(days=7)
"""So long after the wait it can be completed."""
COOLING: Final = timedelta(hours=72)
BY_STAFF: Final = "staff"


class Ending(StrEnum):
    """How a recovery ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Means(StrEnum):
    """By what a recovery was called off."""

    SESSION = "session"
    CONTACT = "contact"
    FACTOR = "factor"  # one of their own was used: it is not lost
    PASSWORD = "password"  # noqa: S105 - it was changed, so whoever asked has the old one


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery that was asked for and has not ended: `ready_at` <= t < `expires_at` completes."""

    id: UUID
    user_id: UUID
    factor: str
    """By which code it was asked for, or `BY_STAFF`."""
    requested_at: datetime
    ready_at: datetime
    expires_at: datetime


class RecoveryImpossible(TongbaoError):
    """The user has no factor to lose, or no contact to be asked at."""

    code = "identity.recovery_impossible"
    kind = Kind.CONFLICT
    title = Text(zh="无需或无法恢复", en="There is nothing to recover, or no way to")
    detail = Text(
        zh="只有设置了通行密钥或动态口令、并且留有手机号或邮箱的账户可以申请恢复。",
        en="It is for accounts with a passkey or an authenticator app, and a phone number or "
        "an e-mail address.",
    )


class UnknownRecovery(TongbaoError):
    """None is under way, none has this code, or it is over."""

    code = "identity.unknown_recovery"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有进行中的恢复申请", en="No recovery is under way")


class RecoveryWaits(TongbaoError):
    """The waiting period is not over."""

    code = "identity.recovery_waits"
    kind = Kind.CONFLICT
    title = Text(zh="等待期未满", en="The waiting period is not over")
    detail = Text(zh="可在 {ready_at} 之后完成。", en="It can be completed from {ready_at} on.")

    def __init__(self, *, ready_at: datetime) -> None:
        super().__init__(ready_at=ready_at.isoformat())


class CoolingOff(TongbaoError):
    """The user's factors were taken away a short while ago; this waits."""

    code = "identity.cooling_off"
    kind = Kind.FORBIDDEN
    title = Text(zh="恢复后的保护期内不能办理", en="Not so soon after a recovery")
    detail = Text(
        zh="账户刚刚恢复，{until} 之前不能办理大额转账、向新收款人转账、更换联系方式与调整限额。",
        en="The account was recovered a short while ago: no large transfers, new payees, changes "
        "of contacts or limits before {until}.",
    )

    def __init__(self, *, until: datetime) -> None:
        super().__init__(until=until.isoformat())
