"""`/api/v1/ledger`: the ledger for staff and services. Customers see theirs through `/accounts`."""

from tongbao.core.ledger.router import tree
from tongbao.core.ledger.router.books import api

api.include_router(tree.api)

__all__ = ["api"]
