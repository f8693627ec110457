"""Telling people what happened: the consumer, inboxes, preferences, and streams of open pages."""

from tongbao.engagement.notices.domain import (
    Category,
    Channel,
    InboxNotice,
    Preferences,
    Quiet,
    SentMessage,
    UnknownNotice,
    notices,
)
from tongbao.engagement.notices.service import declared as _declared
from tongbao.engagement.notices.service.feed import lapse
from tongbao.engagement.notices.service.inbox import (
    archive,
    get_notice,
    list_notices,
    mark_all_read,
    mark_read,
    trim,
    unread,
)
from tongbao.engagement.notices.service.preferences import change_preferences, preferences_of
from tongbao.engagement.notices.service.sending import declare_templates
from tongbao.engagement.notices.service.streaming import Stream, Streams
from tongbao.engagement.notices.service.telling import consumer

assert _declared.EVERY, "what is told is declared"
for _notice in notices():
    declare_templates(_notice)

__all__ = [
    "Category",
    "Channel",
    "InboxNotice",
    "Preferences",
    "Quiet",
    "SentMessage",
    "Stream",
    "Streams",
    "UnknownNotice",
    "archive",
    "change_preferences",
    "consumer",
    "get_notice",
    "lapse",
    "list_notices",
    "mark_all_read",
    "mark_read",
    "preferences_of",
    "trim",
    "unread",
]
