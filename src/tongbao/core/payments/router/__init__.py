"""`/api/v1/payments`."""

from tongbao.core.payments.router import cards, fees, limits, orders, payees, recalls, receipts
from tongbao.core.payments.router.paying import api

api.include_router(fees.api)
api.include_router(limits.api)
api.include_router(cards.api)
api.include_router(orders.api)
api.include_router(payees.api)
api.include_router(recalls.api)
api.include_router(receipts.api)

__all__ = ["api"]
