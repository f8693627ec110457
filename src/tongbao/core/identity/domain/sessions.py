"""Sessions of browsers: how long they last, when their secret is renewed, what gives a thief away.

A session's secret is replaced now and then. The old one stays good until the browser has shown the
new one (an answer may get lost on the way), and a moment longer (its other requests may be under
way). Whoever shows it after that holds a copy: the whole session ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SessionId = NewType("SessionId", UUID)

IDLE_MAX: Final = timedelta(minutes=30)
LIFETIME: Final = timedelta(hours=12)
ROTATION: Final = timedelta(minutes=10)
GRACE: Final = timedelta(seconds=30)
SEEN_EVERY: Final = timedelta(minutes=1)
SESSIONS_PER_USER_MAX: Final = 20


class Ended(StrEnum):
    """Why a session is over."""

    LOGGED_OUT = "logged_out"
    REVOKED = "revoked"
    REPLACED = "replaced"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason
    DEVICE_REVOKED = "device_revoked"
    TOO_MANY = "too_many"
    FACTORS_RECOVERED = "factors_recovered"


class Standing(StrEnum):
    """What a secret that was shown is worth."""

    GOOD = "good"
    OVER = "over"
    REUSED = "reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A secret that was shown, and the session it belongs to.

    `used_at` is when this secret was shown first, `replaced_at` when its successor was;
    `rotated_at` is when the session got its latest secret.
    """

    issued_at: datetime
    used_at: datetime | None
    replaced_at: datetime | None
    rotated_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended: bool

    def standing(self, at: datetime) -> Standing:
        """Return what the secret is worth at `at`."""
        if self.ended or at >= self.expires_at or at - self.last_seen_at >= IDLE_MAX:
            return Standing.OVER
        if self.replaced_at is not None and at - self.replaced_at > GRACE:
            return Standing.REUSED
        return Standing.GOOD

    def is_first_use(self) -> bool:
        """Tell whether the browser shows this secret for the first time."""
        return self.used_at is None

    def is_rotation_due(self, at: datetime) -> bool:
        """Tell whether the browser shall get a new secret.

        One that got lost on the way is followed by another after `GRACE`, not by one for each of
        the requests that come meanwhile.
        """
        return (
            self.replaced_at is None
            and at - self.issued_at >= ROTATION
            and at - self.rotated_at >= GRACE
        )

    def is_upkeep_due(self, at: datetime) -> bool:
        """Tell whether anything about the session is to be written down."""
        return (
            self.is_first_use() or self.is_rotation_due(at) or at - self.last_seen_at >= SEEN_EVERY
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session just begun: `secret` is shown once, and stored only as its SHA-256."""

    session_id: SessionId
    secret: str
    csrf: str
    device_cookie: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as its owner sees it."""

    id: SessionId
    factors: frozenset[str]
    device_id: UUID
    device_name: str
    address: str
    place: str | None
    began_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class UnknownSession(TongbaoError):
    """There is no such session among one's own, or it is over."""

    code = "identity.unknown_session"
    kind = Kind.NOT_FOUND
    title = Text(zh="会话不存在", en="Unknown session")
    detail = Text(zh="没有编号为 {session_id} 的有效会话", en="There is no session {session_id}")


class NoBrowserSession(TongbaoError):
    """The caller uses a bearer token, which has no session of a browser."""

    code = "identity.no_browser_session"
    kind = Kind.NOT_FOUND
    title = Text(zh="当前请求不是浏览器会话", en="Not a browser's session")
