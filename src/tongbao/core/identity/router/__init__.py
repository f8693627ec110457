"""`/api/v1/identity`: logging in and out, and who one is.

Each matter has its own router; they share the address.
"""

from fastapi import APIRouter

from tongbao.core.identity.router.factors import api as factors
from tongbao.core.identity.router.passkeys import api as passkeys
from tongbao.core.identity.router.sessions import api as sessions
from tongbao.core.identity.router.step_up import api as step_up
from tongbao.core.identity.router.tokens import api as tokens

api = APIRouter()
for each in (tokens, sessions, step_up, factors, passkeys):
    api.include_router(each)

__all__ = ["api"]
