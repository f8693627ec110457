"""`/api/v1/ledger`: the ledger for staff and services. Customers see theirs through `/accounts`."""

from tongbao.core.ledger.router import adjusting, reading, tree
from tongbao.core.ledger.router.books import api

api.include_router(tree.api)
api.include_router(reading.api)
api.include_router(adjusting.api)

__all__ = ["api"]
