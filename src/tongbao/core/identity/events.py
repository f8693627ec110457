"""What happened to users."""

from typing import ClassVar, Literal
from uuid import UUID

from tongbao.kernel.events import Event


class UserCreated(Event):
    """Somebody got a log-in."""

    type: ClassVar[str] = "identity.user_created"

    user_id: UUID
    kind: Literal["customer", "staff", "service"]

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)


class SecurityNoted(Event):
    """Something happened that the user was told of: a new device, many refused log-ins ..."""

    type: ClassVar[str] = "identity.security_noted"

    user_id: UUID
    kind: str

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)


class SessionBegun(Event):
    """A user logged in with a browser, having proven `factors` (password, otp, totp, passkey)."""

    type: ClassVar[str] = "identity.session_begun"

    user_id: UUID
    session_id: UUID
    device_id: UUID
    factors: list[str]

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)


class SessionReused(Event):
    """A session's secret was shown after it had been replaced, so the session was ended."""

    type: ClassVar[str] = "identity.session_reused"

    user_id: UUID
    session_id: UUID

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)
