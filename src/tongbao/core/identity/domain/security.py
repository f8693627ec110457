"""Events of a user's security."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SecurityKind(StrEnum):
    """What happened."""

    NEW_DEVICE = "new_device"
    NEW_PLACE = "new_place"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    LOG_INS_REFUSED = "log_ins_refused"
    SESSION_REUSED = "session_reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the same
    CONTACT_CHANGED = "contact_changed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SUSPENDED = "passkey_suspended"
    TOTP_SET_UP = "totp_set_up"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PAYMENT_PASSWORD_CHANGED = "payment_password_changed"  # noqa: S105 - a kind of event
    PAYMENT_PASSWORD_LOCKED = "payment_password_locked"  # noqa: S105 - the same
    EXTERNAL_LOGIN_LINKED = "external_login_linked"
    EXTERNAL_LOGIN_UNLINKED = "external_login_unlinked"
    RECOVERY_REQUESTED = "recovery_requested"
    RECOVERY_CANCELLED = "recovery_cancelled"
    FACTORS_RECOVERED = "factors_recovered"
    CLIENT_MISPLACED = "client_misplaced"


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One entry of a user's list; `facts` depend on its kind: device, place, client."""

    id: UUID
    kind: SecurityKind
    facts: Mapping[str, str]
    address: str | None
    happened_at: datetime
