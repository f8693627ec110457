"""The tables of the module, a file each for what belongs together."""

from tongbao.core.identity.models.clients import (
    ClientAssertionRow,
    ClientKeyRow,
    ClientRow,
    ClientSecretRow,
    ClientTokenRow,
)
from tongbao.core.identity.models.memberships import (
    IS_CURRENT,
    CompanyRow,
    InvitationRow,
    MembershipRow,
)
from tongbao.core.identity.models.sessions import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.models.users import (
    TokenRow,
    UserRow,
)

__all__ = [
    "IS_CURRENT",
    "ClientAssertionRow",
    "ClientKeyRow",
    "ClientRow",
    "ClientSecretRow",
    "ClientTokenRow",
    "CompanyRow",
    "DeviceRow",
    "InvitationRow",
    "MembershipRow",
    "SessionRow",
    "SessionSecretRow",
    "TokenRow",
    "UserRow",
]
