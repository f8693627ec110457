"""The tables of the module, a file each for what belongs together."""

from tongbao.core.identity.models.logging_in import (
    AttemptRow,
    ChallengeRow,
    CodeRow,
    ContactRow,
    SecurityEventRow,
)
from tongbao.core.identity.models.sessions import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.models.users import (
    TokenRow,
    UserPartyRow,
    UserRow,
)

__all__ = [
    "AttemptRow",
    "ChallengeRow",
    "CodeRow",
    "ContactRow",
    "DeviceRow",
    "SecurityEventRow",
    "SessionRow",
    "SessionSecretRow",
    "TokenRow",
    "UserPartyRow",
    "UserRow",
]
