"""`/api/v1/identity`: logging in and out, who one is, company users, users for staff.

Partner clients, and `/api/v1/oauth`: their tokens.

Each matter has its own router; they share the address.
"""

from fastapi import APIRouter

from tongbao.core.identity.router.clients import api as clients
from tongbao.core.identity.router.contacts import api as contacts
from tongbao.core.identity.router.external_logins import api as external_logins
from tongbao.core.identity.router.factors import api as factors
from tongbao.core.identity.router.logging_in import api as logging_in
from tongbao.core.identity.router.members import api as members
from tongbao.core.identity.router.oauth import api as oauth
from tongbao.core.identity.router.oauth import metadata_routes
from tongbao.core.identity.router.opening import api as opening
from tongbao.core.identity.router.passkeys import api as passkeys
from tongbao.core.identity.router.passwords import api as passwords
from tongbao.core.identity.router.recoveries import api as recoveries
from tongbao.core.identity.router.registering import api as registering
from tongbao.core.identity.router.sessions import api as sessions
from tongbao.core.identity.router.step_up import api as step_up
from tongbao.core.identity.router.tokens import api as tokens
from tongbao.core.identity.router.users import api as users

api = APIRouter()
for each in (
    tokens,
    logging_in,
    sessions,
    registering,
    passwords,
    contacts,
    step_up,
    factors,
    passkeys,
    recoveries,
    external_logins,
    members,
    opening,
    users,
    clients,
    oauth,
):
    api.include_router(each)

__all__ = ["api", "metadata_routes"]
