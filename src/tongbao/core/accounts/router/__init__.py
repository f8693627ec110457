"""`/api/v1/accounts`: customers open and read their own, staff those of everybody.

An account the caller may not see is answered exactly like one that does not exist.
"""

from tongbao.core.accounts.router import exporting, restraining, standing
from tongbao.core.accounts.router.accounts import api

api.include_router(exporting.api)
api.include_router(standing.api)
api.include_router(restraining.api)

__all__ = ["api"]
