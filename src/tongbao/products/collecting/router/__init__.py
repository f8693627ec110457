"""`/api/v1/collecting`: for payees and for payers, and one page for everybody."""

from fastapi import APIRouter

from tongbao.products.collecting.router import links, pay_codes, paying, requests, tills

api = APIRouter()
for each in (paying, tills, links, pay_codes, requests):
    api.include_router(each.api)

__all__ = ["api"]
