"""`/api/v1/payments`."""

from tongbao.core.payments.router import limits
from tongbao.core.payments.router.paying import api

api.include_router(limits.api)

__all__ = ["api"]
