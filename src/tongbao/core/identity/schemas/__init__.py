"""API shapes of logging in."""

from tongbao.core.identity.schemas.tokens import (
    MeOut,
    PasswordGrant,
    TokenOut,
)

__all__ = [
    "MeOut",
    "PasswordGrant",
    "TokenOut",
]
