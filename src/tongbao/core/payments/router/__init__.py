"""`/api/v1/payments`."""

from tongbao.core.payments.router import limits, payees
from tongbao.core.payments.router.paying import api

api.include_router(limits.api)
api.include_router(payees.api)

__all__ = ["api"]
