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


class SecurityNoted(Event):
    """Something happened that the user was told of: a new device, many refused log-ins ..."""

    type: ClassVar[str] = "identity.security_noted"

    user_id: UUID
    kind: str

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


class ClientMisplaced(Event):
    """A token of a client was shown from outside the client's networks, and so was ended."""

    type: ClassVar[str] = "identity.client_misplaced"

    client_id: UUID
    party_id: UUID | None

    @property
    def subject(self) -> str:
        """Return the client's id."""
        return str(self.client_id)


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


class _OfUser:
    """What happened to one user."""

    user_id: UUID

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)


class _OfParty:
    """What happened to one party's users."""

    party_id: UUID

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class UserBlocked(_OfUser, Event):
    """A user may no longer do anything; what they were logged in with has ended."""

    type: ClassVar[str] = "identity.user_blocked"

    user_id: UUID
    by: UUID
    reason: str


class UserUnblocked(_OfUser, Event):
    """A user may log in again."""

    type: ClassVar[str] = "identity.user_unblocked"

    user_id: UUID
    by: UUID
    reason: str


class RolesChanged(_OfUser, Event):
    """A member of staff has other roles."""

    type: ClassVar[str] = "identity.roles_changed"

    user_id: UUID
    roles: list[str]
    by: UUID
    approved_by: UUID


class MemberInvited(_OfParty, Event):
    """A membership was offered."""

    type: ClassVar[str] = "identity.member_invited"

    invitation_id: UUID
    party_id: UUID
    role: str
    by: UUID


class InvitationWithdrawn(_OfParty, Event):
    """A membership that was offered no longer is."""

    type: ClassVar[str] = "identity.invitation_withdrawn"

    invitation_id: UUID
    party_id: UUID
    by: UUID


class MemberJoined(_OfParty, Event):
    """Somebody acts for a party."""

    type: ClassVar[str] = "identity.member_joined"

    membership_id: UUID
    user_id: UUID
    party_id: UUID
    by: UUID
    role: str


class MemberChanged(_OfParty, Event):
    """Somebody acts for a party in another role, up to other amounts or until another time."""

    type: ClassVar[str] = "identity.member_changed"

    membership_id: UUID
    user_id: UUID
    party_id: UUID
    by: UUID
    role: str


class MemberRemoved(_OfParty, Event):
    """Somebody no longer acts for a party."""

    type: ClassVar[str] = "identity.member_removed"

    membership_id: UUID
    user_id: UUID
    party_id: UUID
    by: UUID


class DualControlChanged(_OfParty, Event):
    """A company demands a second person for payments and users, or no longer does."""

    type: ClassVar[str] = "identity.dual_control_changed"

    party_id: UUID
    dual_control: bool
    by: UUID


class TotpWasSetUp(_OfUser, Event):
    """An authenticator app came into use."""

    type: ClassVar[str] = "identity.totp_set_up"

    user_id: UUID


class TotpRemoved(_OfUser, Event):
    """The authenticator app and its recovery codes are accepted no more."""

    type: ClassVar[str] = "identity.totp_removed"

    user_id: UUID


class RecoveryCodeUsed(_OfUser, Event):
    """Somebody logged in by a recovery code."""

    type: ClassVar[str] = "identity.recovery_code_used"

    user_id: UUID
    codes_left: int


class PasskeyAdded(_OfUser, Event):
    """A passkey came into use."""

    type: ClassVar[str] = "identity.passkey_added"

    user_id: UUID
    passkey_id: UUID


class PasskeyRemoved(_OfUser, Event):
    """A passkey is accepted no more."""

    type: ClassVar[str] = "identity.passkey_removed"

    user_id: UUID
    passkey_id: UUID


class PasskeySuspended(_OfUser, Event):
    """A passkey's counter went back: there may be a copy of it, so it is accepted no more."""

    type: ClassVar[str] = "identity.passkey_suspended"

    user_id: UUID
    passkey_id: UUID


class PaymentPasswordChanged(_OfUser, Event):
    """A payment password was set or changed."""

    type: ClassVar[str] = "identity.payment_password_changed"

    user_id: UUID


class PaymentPasswordLocked(_OfUser, Event):
    """Too many wrong payment passwords: none is accepted for a while."""

    type: ClassVar[str] = "identity.payment_password_locked"

    user_id: UUID
    locked_until: datetime


class StepUpConfirmed(_OfUser, Event):
    """A user confirmed one exact action."""

    type: ClassVar[str] = "identity.step_up_confirmed"

    user_id: UUID
    step_up_id: UUID
    action_kind: str
    proof: str


class ExternalLoginLinked(_OfUser, Event):
    """An account at an identity provider became a way to log in as the user."""

    type: ClassVar[str] = "identity.external_login_linked"

    user_id: UUID
    issuer: str


class ExternalLoginUnlinked(_OfUser, Event):
    """The provider's accounts no longer log in as the user."""

    type: ClassVar[str] = "identity.external_login_unlinked"

    user_id: UUID
    issuer: str
