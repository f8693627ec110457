"""`/api/v1/deposits`: the catalogue for everybody, deposits for their holders, rates by staff."""

from fastapi import APIRouter

from tongbao.products.deposits.router.catalogue import api as catalogue
from tongbao.products.deposits.router.deposits import api as deposits
from tongbao.products.deposits.router.moving import api as moving

api = APIRouter()
for each in (catalogue, deposits, moving):
    api.include_router(each)

__all__ = ["api"]
