"""`/api/v1/identity`: logging in and out, who one is, company users, and users for staff.

Each matter has its own router; they share the address.
"""

from fastapi import APIRouter

from tongbao.core.identity.router.clients import api as clients
from tongbao.core.identity.router.members import api as members
from tongbao.core.identity.router.oauth import api as oauth
from tongbao.core.identity.router.oauth import metadata_routes
from tongbao.core.identity.router.sessions import api as sessions
from tongbao.core.identity.router.tokens import api as tokens
from tongbao.core.identity.router.users import api as users

api = APIRouter()
for each in (tokens, sessions, members, users):
    api.include_router(each)

__all__ = ["api", "clients", "metadata_routes", "oauth"]
