"""What happened to accounts."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class AccountOpened(Event):
    """A party holds a new account."""

    type: ClassVar[str] = "accounts.account_opened"

    account_id: UUID
    party_id: UUID
    product: str
    currency: str

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)


class AccountStatusChanged(Event):
    """An account was frozen, released or closed; the reason is kept with the account."""

    type: ClassVar[str] = "accounts.account_status_changed"

    account_id: UUID
    party_id: UUID
    status: str
    by: UUID

    @property
    def subject(self) -> str:
        """Return the account's id."""
        return str(self.account_id)
