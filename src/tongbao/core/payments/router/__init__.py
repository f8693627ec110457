"""`/api/v1/payments`."""

from tongbao.core.payments.router import cards, limits, orders
from tongbao.core.payments.router.paying import api

api.include_router(limits.api)
api.include_router(cards.api)
api.include_router(orders.api)

__all__ = ["api"]
