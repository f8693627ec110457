"""`/api/v1/identity`: logging in and out, who one is; `/api/v1/oauth`: tokens for clients."""

from tongbao.core.identity.router.clients import api as clients
from tongbao.core.identity.router.oauth import api as oauth
from tongbao.core.identity.router.oauth import metadata_routes
from tongbao.core.identity.router.tokens import api

__all__ = ["api", "clients", "metadata_routes", "oauth"]
