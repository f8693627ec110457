"""`/api/v1/agreements`: consent texts, consents, receipts, and signed agreements."""

from fastapi import APIRouter

from tongbao.core.agreements.router.agreements import api as agreements
from tongbao.core.agreements.router.consents import api as consents

api = APIRouter()
# `/{agreement_id}` comes last: it would take the others' names for an id.
for each in (consents, agreements):
    api.include_router(each)

__all__ = ["api"]
