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
    CLIENT_MISPLACED = "client_misplaced"


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One entry of a user's list; `facts` depend on its kind: device, place, client."""

    id: UUID
    kind: SecurityKind
    facts: Mapping[str, str]
    address: str | None
    happened_at: datetime
