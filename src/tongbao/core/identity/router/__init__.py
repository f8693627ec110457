"""`/api/v1/identity`: logging in and out, and who one is.

Each matter has its own router; they share the address.
"""

from fastapi import APIRouter

from tongbao.core.identity.router.logging_in import api as logging_in
from tongbao.core.identity.router.passwords import api as passwords
from tongbao.core.identity.router.registering import api as registering
from tongbao.core.identity.router.sessions import api as sessions
from tongbao.core.identity.router.tokens import api as tokens

api = APIRouter()
for each in (tokens, logging_in, sessions, registering, passwords):
    api.include_router(each)

__all__ = ["api"]
