"""`/api/v1/identity`: logging in and out, and who one is."""

from tongbao.core.identity.router import factors, passkeys, step_up
from tongbao.core.identity.router.tokens import api

for _part in (step_up, factors, passkeys):
    api.include_router(_part.api)

__all__ = ["api"]
