"""`/api/v1/bills`: billers, bills and what was paid."""

from fastapi import APIRouter

from tongbao.products.bills.router import directory, mandates, paying, saving

api = APIRouter()
for each in (paying, saving, mandates, directory):
    api.include_router(each.api)

__all__ = ["api"]
