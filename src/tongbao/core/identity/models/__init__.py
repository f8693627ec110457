"""The tables of the module, a file each for what belongs together."""

from tongbao.core.identity.models.clients import (
    ClientAssertionRow,
    ClientKeyRow,
    ClientRow,
    ClientSecretRow,
    ClientTokenRow,
)
from tongbao.core.identity.models.users import (
    TokenRow,
    UserPartyRow,
    UserRow,
)

__all__ = [
    "ClientAssertionRow",
    "ClientKeyRow",
    "ClientRow",
    "ClientSecretRow",
    "ClientTokenRow",
    "TokenRow",
    "UserPartyRow",
    "UserRow",
]
