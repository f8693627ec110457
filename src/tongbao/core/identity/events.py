"""What happened to users."""

from datetime import datetime
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


class UserLockedOut(Event):
    """Too many failures in a row: nobody can log in as this user for a while."""

    type: ClassVar[str] = "identity.user_locked_out"

    user_id: UUID
    locked_until: datetime

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)
