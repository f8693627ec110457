"""What notices are made of: places to fill, the catalogue, preferences and quiet hours."""

from tongbao.engagement.notices.domain.catalogue import (
    Category,
    Notice,
    Said,
    find_notice,
    notice,
    notices,
)
from tongbao.engagement.notices.domain.errors import (
    BadEventId,
    PreferencesUnsuitable,
    TooManyStreams,
    UnknownNotice,
    UsersOnly,
)
from tongbao.engagement.notices.domain.inbox import InboxNotice, SentMessage
from tongbao.engagement.notices.domain.preferences import (
    DEFAULTS,
    Channel,
    Preferences,
    Quiet,
    Sending,
    plan,
)

__all__ = [
    "DEFAULTS",
    "BadEventId",
    "Category",
    "Channel",
    "InboxNotice",
    "Notice",
    "Preferences",
    "PreferencesUnsuitable",
    "Quiet",
    "Said",
    "Sending",
    "SentMessage",
    "TooManyStreams",
    "UnknownNotice",
    "UsersOnly",
    "find_notice",
    "notice",
    "notices",
    "plan",
]
