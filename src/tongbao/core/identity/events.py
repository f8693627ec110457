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


class ClientRegistered(Event):
    """A partner's system may ask for tokens."""

    type: ClassVar[str] = "identity.client_registered"

    client_id: UUID
    party_id: UUID | None
    scopes: tuple[str, ...]

    @property
    def subject(self) -> str:
        """Return the client's id."""
        return str(self.client_id)


class ClientCredentialsChanged(Event):
    """A client got, or lost, a secret or a public key."""

    type: ClassVar[str] = "identity.client_credentials_changed"

    client_id: UUID
    change: Literal["secret_added", "secret_ended", "key_added", "key_removed"]
    credential: str
    changed_by: UUID

    @property
    def subject(self) -> str:
        """Return the client's id."""
        return str(self.client_id)


class ClientChanged(Event):
    """A client's scopes or whether it may work at all were changed."""

    type: ClassVar[str] = "identity.client_changed"

    client_id: UUID
    status: Literal["active", "disabled"]
    scopes: tuple[str, ...]
    changed_by: UUID

    @property
    def subject(self) -> str:
        """Return the client's id."""
        return str(self.client_id)
