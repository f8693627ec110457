"""`/api/v1/notices`: the caller's inbox, preferences and live stream, and where to call."""

from fastapi import APIRouter

from tongbao.engagement.notices.router.desk import api as desk
from tongbao.engagement.notices.router.inbox import api as inbox
from tongbao.engagement.notices.router.preferences import api as preferences
from tongbao.engagement.notices.router.stream import api as stream

api = APIRouter()
# The inbox comes last: `/{notice_id}` would take the others' names for an id.
for each in (stream, preferences, desk, inbox):
    api.include_router(each)

__all__ = ["api"]
