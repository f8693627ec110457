"""`/api/v1/approvals`."""

from tongbao.core.approvals.router import keys, policies
from tongbao.core.approvals.router.approvals import api

api.include_router(policies.api)
api.include_router(keys.api)

__all__ = ["api"]
