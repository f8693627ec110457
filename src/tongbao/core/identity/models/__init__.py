"""The tables of the module, a file each for what belongs together."""

from tongbao.core.identity.models.sessions import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.models.users import (
    TokenRow,
    UserPartyRow,
    UserRow,
)

__all__ = [
    "DeviceRow",
    "SessionRow",
    "SessionSecretRow",
    "TokenRow",
    "UserPartyRow",
    "UserRow",
]
